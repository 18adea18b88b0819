"""The cookie that a session goes on with: out of reach of scripts, of other sites, and of other
paths than GraphQL's."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from app.bootstrap import Perseat
from app.services.sessions import Ticket

NAME = "perseat_refresh"
SECURE = f"__Secure-{NAME}"
"""Browsers take this name over HTTPS only, so that nobody between can put one of theirs there.

Not `__Host-`, which asks for the path `/`: behind one host there may be a front end and others'
programs beside us, and what goes on with a session is none of their business.
"""
PATH = "/graphql"
MARK = "perseat-request"


def name(running: Perseat) -> str:
    return SECURE if _is_secure(running) else NAME


def token_in(request: Request) -> str:
    """What a session goes on with; empty if the browser has none."""
    return request.cookies.get(name(request.app.state.perseat), "")


def put(running: Perseat, response: Response, ticket: Ticket) -> None:
    left = ticket.expires_at - running.clock.now()
    _set(running, response, ticket.token, int(left.total_seconds()))


def clear(running: Perseat, response: Response) -> None:
    _set(running, response, "", 0)


def _set(running: Perseat, response: Response, value: str, seconds: int) -> None:
    response.set_cookie(
        name(running),
        value,
        max_age=seconds,
        path=PATH,
        secure=_is_secure(running),
        httponly=True,
        samesite="strict",
    )
    if _is_secure(running):  # one of before it was called so is good for nothing
        response.delete_cookie(NAME, path=PATH, secure=True, httponly=True, samesite="strict")


def _is_secure(running: Perseat) -> bool:
    return not _is_loopback(running.settings.base_url)


def _is_loopback(url: str) -> bool:
    """Where nobody listens in, and where there is no certificate."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
