"""All that knows Ray: the connection, Tune as a driver of a controller, actors that score candidates."""
