"""One trial as its page shows it, and several of them side by side: bounded, whatever they went through."""
