"""What a score says where there is none."""


class Unscorable(Exception):
    """A network has no such score; the message says why, for people."""
