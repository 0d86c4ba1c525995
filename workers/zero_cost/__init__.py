"""Scores of networks that were never trained, which tell better from worse ones before any training."""
