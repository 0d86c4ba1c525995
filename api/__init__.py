"""REST, SQL storage, the command line and the composition root."""
