"""Data sets that an admin has registered under a name: stored, listed, checked, asked over REST."""
