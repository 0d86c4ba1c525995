"""What plots of a search show, bounded whatever the number of trials: thinned here, drawn in the browser."""
