"""What a bank answers when it will not do something: standard codes, never sentences of Python."""

from __future__ import annotations

from http import HTTPStatus


class Problem(Exception):  # noqa: N818 - a reply of the standard, not a fault of the program
    """Refuse a request with a code of the NextGenPSD2 implementation guide (section 14.11).

    Args:
        status: HTTP status code.
        code: Message code of the standard, such as ``FORMAT_ERROR``.
        text: Words for the calling program's developer, at most 500 characters.
        path: The element of the request that was wrong, such as ``instructedAmount.amount``.
    """

    def __init__(self, status: int, code: str, text: str = "", path: str | None = None) -> None:
        super().__init__(f"{status} {code} {text}")
        self.status = int(status)
        self.code = code
        self.text = text
        self.path = path

    def body(self) -> dict[str, object]:
        """Return the ``tppMessages`` body of the standard."""
        message: dict[str, object] = {"category": "ERROR", "code": self.code}
        if self.path is not None:
            message["path"] = self.path
        if self.text:
            message["text"] = self.text[:500]
        return {"tppMessages": [message]}


def format_error(text: str, path: str | None = None) -> Problem:
    """Make the problem for a request that isn't shaped as the standard says."""
    return Problem(HTTPStatus.BAD_REQUEST, "FORMAT_ERROR", text, path)


def unknown_resource(text: str) -> Problem:
    """Make the problem for a resource named in the path that doesn't exist."""
    return Problem(HTTPStatus.NOT_FOUND, "RESOURCE_UNKNOWN", text)


def wrong_state(text: str) -> Problem:
    """Make the problem for a step that the resource's state doesn't allow."""
    return Problem(HTTPStatus.CONFLICT, "STATUS_INVALID", text)
