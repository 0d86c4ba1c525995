"""The web pages: HTML, CSS and ES modules as they are served, without a build step. They talk REST from the browser."""
