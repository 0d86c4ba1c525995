"""Schedulers: which trials are stopped early, and which of those go on after all."""
