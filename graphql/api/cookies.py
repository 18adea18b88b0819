"""The cookie that a session goes on with: out of reach of scripts, of other sites, and of other
paths than GraphQL's."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.responses import Response

from app.bootstrap import Perseat
from app.services.sessions import Ticket

NAME = "perseat_refresh"
PATH = "/graphql"
MARK = "perseat-request"


def put(running: Perseat, response: Response, ticket: Ticket) -> None:
    left = ticket.expires_at - running.clock.now()
    _set(running, response, ticket.token, int(left.total_seconds()))


def clear(running: Perseat, response: Response) -> None:
    _set(running, response, "", 0)


def _set(running: Perseat, response: Response, value: str, seconds: int) -> None:
    response.set_cookie(
        NAME,
        value,
        max_age=seconds,
        path=PATH,
        secure=not _is_loopback(running.settings.base_url),
        httponly=True,
        samesite="strict",
    )


def _is_loopback(url: str) -> bool:
    """Where nobody listens in, and where there is no certificate."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
