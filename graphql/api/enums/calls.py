"""The enums of calls and other communications."""

from api.documentation import documented
from app.domain.communications import CommunicationKind
from app.domain.routing import RoutingOutcome, RoutingReason, SkipReason

documented(
    RoutingOutcome,
    "What becomes of a call that comes in now. It never changes the bill.",
    RINGS="Somebody is called.",
    VOICEMAIL="Nobody is called; the caller may leave a message.",
    UNANSWERED="Nobody is called, and no message is taken.",
)
documented(
    RoutingReason,
    "Why nobody is called.",
    NOBODY_ASSIGNED="The line has neither an owner nor a ring group.",
    NO_MEMBERS="The ring group is empty.",
    OWNER_SKIPPED="The state of the line's owner does not allow it.",
    ALL_MEMBERS_SKIPPED="The state of each member of the ring group does not allow it.",
)
documented(
    SkipReason,
    "The state in which somebody is not called.",
    PAUSED="Paused: not called, but still billed; the own line goes to voicemail if set.",
    SUSPENDED="Suspended: not called, no voicemail, but still billed.",
    DEACTIVATED="Deactivated: not called, no voicemail, not billed.",
    DELETED="Deleted: not called and not billed; deletion takes people out of routing.",
)
documented(
    CommunicationKind,
    "What is kept in the history. What it costs is a usage event's business.",
    CALL="A phone call.",
    MESSAGE="A text or multimedia message.",
)
