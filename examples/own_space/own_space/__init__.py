"""A space, a strategy and an evaluator of one's own. docs/extending.md walks through them."""
