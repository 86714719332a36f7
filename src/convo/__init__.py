"""convo: a terminal inbox for people who talk with people."""

__version__ = "0.1.0"
