"""What can go wrong while playing, in a sentence for the terminal."""


class PlayError(Exception):
    """The play can't go on; the text says why."""
