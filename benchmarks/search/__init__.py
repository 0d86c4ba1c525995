"""How well, how fast and how surely strategies search: `python -m benchmarks.search TABLE`."""
