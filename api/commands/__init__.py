"""The commands of `nas`, one module per subject."""
