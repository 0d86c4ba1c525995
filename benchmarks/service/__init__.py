"""What a team asks of a running service: pages among a million trials, durable reports, quick beginnings, crowds."""
