"""The enums of events and webhooks; what a kind of event says is the catalogue's."""

from api.documentation import documented
from app.domain.events import CATALOGUE, EventKind
from app.domain.webhooks import DeliveryStatus, EndpointStatus


def _told(kind: EventKind) -> str:
    fields = ", ".join(CATALOGUE[kind].fields)
    return f"`{kind}`: {CATALOGUE[kind].sentence} Data: {fields}."


documented(
    EventKind,
    "What happens. A webhook's `type` is the name in quotes; there will be more.",
    **{kind.name: _told(kind) for kind in EventKind},
)
documented(
    EndpointStatus,
    "Whether webhooks are sent somewhere. Bills do not depend on it.",
    ENABLED="What happens is sent there.",
    DISABLED="Nothing is sent there until it is enabled: by somebody, or because nothing arrived.",
    DELETED="It is gone for ever; its last answer says so.",
)
documented(
    DeliveryStatus,
    "What became of a webhook.",
    PENDING="It is on its way, waits behind others, or is tried again later.",
    DELIVERED="The receiver has answered 2xx.",
    FAILED="It was given up after three days. It can be replayed.",
)
