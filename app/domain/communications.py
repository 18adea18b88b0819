"""What is kept of calls and messages; they are history, and stay when their user goes (U5)."""

from enum import StrEnum


class CommunicationKind(StrEnum):
    CALL = "CALL"
    MESSAGE = "MESSAGE"
