"""What is said in the log: each kind of trouble once, since a log that repeats itself is not read."""

import logging

logger = logging.getLogger("outlay_sdk")


class Notices:
    """Remembers which kinds of trouble were told."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def once(self, kind: str, message: str, *arguments: object) -> None:
        """A warning, when it is the first of its kind; the others are for whoever debugs."""
        is_first = kind not in self._told
        # Before the logging: a handler that tracks events of its own must not go round in circles.
        self._told.add(kind)
        logger.log(logging.WARNING if is_first else logging.DEBUG, message, *arguments)

    def forget(self, kind: str) -> bool:
        """The trouble is over, and its return will be news; says whether it had been told."""
        was_told = kind in self._told
        self._told.discard(kind)
        return was_told
