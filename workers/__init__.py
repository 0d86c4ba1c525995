"""How a candidate is judged: networks, data, tasks, training and metrics."""
