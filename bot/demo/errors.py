"""What may go wrong in a demo."""


class DemoError(Exception):
    """Why there is no demo, and what to do about it."""
