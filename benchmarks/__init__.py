"""Speed figures beside their rivals, measured in one run: `make bench`."""
