"""The page behind a set-password link (U6): one form, without GraphQL and without a key.

The token travels in the address's fragment, which no browser sends: neither a log of ours, nor a
proxy, nor another site gets to see it. The page's script puts it into the form.
"""

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import parse_qs

from sqlalchemy.exc import DBAPIError
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.errors import RETRY_AFTER, Busy
from api.view import origin_of
from app.domain.errors import BillingError, InvalidInput, NotFound, Refused
from app.domain.log_ins import TooManyAttempts
from app.domain.passwords import FEWEST, Activation
from app.services import passwords

MOST_BYTES = 16 * 1024
_PAGE = (files("api") / "set_password.html").read_text()


def _digests(tag: str) -> str:
    """What the policy lets run is this very text of the page and nothing else."""
    found = re.findall(rf"<{tag}>(.*?)</{tag}>", _PAGE, re.DOTALL)
    return " ".join(f"'sha256-{b64encode(sha256(t.encode()).digest()).decode()}'" for t in found)


HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "content-security-policy": "; ".join(
        (
            "default-src 'none'",
            f"script-src {_digests('script')}",
            f"style-src {_digests('style')}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
}
_FORM = Template(f"""$wrong<form method="post" action="set-password">
<input type="hidden" id="token" name="token" value="$token">
<label for="password">New password</label>
<input type="password" id="password" name="password" autocomplete="new-password" required autofocus
  minlength="{FEWEST}" aria-describedby="hint"$invalid>
<p class="hint" id="hint">At least {FEWEST} characters: a few words that do not belong together are
easy to keep in mind. Your name, your e-mail address and common passwords do not count.</p>
<input type="checkbox" id="show"> <label class="show" for="show">Show what I type</label>
<button>Save the password</button>
</form>
<noscript><p class="wrong">This page needs JavaScript to read your link.</p></noscript>""")
_WRONG = Template('<p class="wrong" role="alert">$what</p>\n')
_DONE = "<p>Your password is saved. You can log in with it now.</p>"
_WAITS = (
    "<p>Your password is saved. One step is left: an administrator of your company has to activate "
    "you. We have told them, and you get a mail when it is done.</p>"
)
_BAD_LINK = (
    "<p>This link was used, has expired or is not whole. Nothing was changed. Ask for a new "
    "one where you log in, or ask an administrator of your company to send you one.</p>"
)
_CLOSED = (
    "<p>Your company's account is closed, and nobody is let in any more who was not before. "
    "Nothing was changed.</p>"
)


def _page(title: str, body: str, status: int = 200) -> Response:
    page = Template(_PAGE).substitute(title=title, body=body)
    return HTMLResponse(page, status_code=status, headers=HEADERS)


def _busy(token: str) -> Response:
    """Somebody else changes the account: nothing was saved, and the link is still good."""
    response = _form(
        token, "This took too long, and nothing was saved: try again in a moment.", 503
    )
    response.headers["retry-after"] = RETRY_AFTER
    return response


def _form(token: str = "", wrong: str = "", status: int = 200) -> Response:
    """What was typed is not told again; the link still is, so that it can be tried again."""
    body = _FORM.substitute(
        token=escape(token),
        wrong=_WRONG.substitute(what=escape(wrong)) if wrong else "",
        invalid=' aria-invalid="true"' if wrong else "",
    )
    return _page("Choose your password", body, status)


def _bad_link(status: int = 410) -> Response:
    return _page("This link does not work", _BAD_LINK, status)


def _refusal(token: str, error: BillingError | DBAPIError) -> Response:
    match error:
        case InvalidInput():
            return _form(token, error.message, 422)
        case TooManyAttempts():
            return _form(token, error.message, 429)
        case Refused(rule="P1"):
            return _page("This account is closed", _CLOSED, 410)
        case Refused() | NotFound():
            return _bad_link()
        case DBAPIError() if Busy.told_by(error):
            return _busy(token)
    raise error


async def show(_: Request) -> Response:
    return _form()


async def choose(request: Request) -> Response:
    try:
        fields = parse_qs((await request.body()).decode(), max_num_fields=5, errors="strict")
    except ValueError:
        return _bad_link(400)
    token, password = (fields.get(name, [""])[0] for name in ("token", "password"))
    try:
        tenants, whence = request.app.state.perseat.tenants, origin_of(request).whence
        activation = await passwords.choose(tenants, token, password, whence)
    except (BillingError, DBAPIError) as error:
        return _refusal(token, error)
    waits = activation is Activation.AWAITING_ACTIVATION
    return _page("Thank you", _WAITS if waits else _DONE)


LIMITED = [Middleware(RequestBodyLimitMiddleware, max_body_size=MOST_BYTES)]
ROUTES = [
    Route("/set-password", show),
    Route("/set-password", choose, methods=["POST"], middleware=LIMITED),
]
