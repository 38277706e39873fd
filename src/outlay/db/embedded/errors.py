"""The one error that the embedded server raises: a line that says what is wrong and what to do next."""


class EmbeddedError(Exception):
    """A line for the person at the terminal, with a stable code for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
