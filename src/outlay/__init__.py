"""Outlay: what every client, campaign and agent costs, overspend stopped before it happens, value proven."""

__version__ = "0.1.0"
