"""Who decides: the search document, strategies, the controller, and drivers that need no cluster."""
