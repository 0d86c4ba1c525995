"""What the strategy `predictor` is made of: features, a model of all trials, and what it promises of a candidate."""
