"""The exceptions that the modules of the sandbox raise for each other."""


class ApiError(Exception):
    """The request is answered with a documented error: an HTTP status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class GatewayError(Exception):
    """The request is answered with an HTML page, as by a gateway between the client and the API."""


class ConnectionDropped(Exception):
    """The connection is closed without a response."""


class MediaError(Exception):
    """A task's media cannot be made; `code` and the message go into the task's error object."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MediaUnavailable(Exception):
    """Media of this kind cannot be made on this machine; the message says what helps."""


class RenderingCancelled(Exception):
    """The media are no longer needed and were left unfinished."""
