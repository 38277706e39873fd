"""What the client raises, and only where it was asked to be strict."""


class OutlayUsageError(ValueError):
    """The call cannot be meant as it is written: a wrong type, an amount that is none, a field that nobody knows."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
