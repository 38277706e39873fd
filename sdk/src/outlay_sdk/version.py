"""The version, where code and packaging read it."""

__version__ = "0.1.0"
