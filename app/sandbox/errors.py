"""What the sandbox refuses, as its answers say it."""

from typing import Any


class Refusal(Exception):
    """`code` is for programs, `message` for people; what was asked has changed nothing."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": str(self)}}


def unknown_charge() -> Refusal:
    return Refusal(404, "unknown_charge", "There is no such charge.")


class Hangup(ConnectionError):
    """The connection ends, and nobody is told anything."""
