"""What downloads have in common: errors in the shape of the API's others, and careful headers."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.errors import RETRY_AFTER, Busy
from app.domain.errors import BillingError

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

_STATUS = {"INVALID": 400, "FORBIDDEN": 403, "NOT_FOUND": 404, "BUSY": 503}
_REFUSED = 422
_FILE_NAME = 80


def answering(handler: Handler) -> Handler:
    """Errors of billing are told as GraphQL tells them: message, code and field."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except BillingError as error:
            return told(error)

    return answer


def told(error: BillingError) -> Response:
    extensions = {"code": error.code, "field": error.field}
    body = {"errors": [{"message": error.message, "extensions": extensions}]}
    again = {"retry-after": RETRY_AFTER} if error.code == Busy.code else None
    return JSONResponse(body, status_code=_STATUS.get(error.code, _REFUSED), headers=again)


def headers(file_name: str, *, inline: bool = False) -> Mapping[str, str]:
    """For one person only, not to be guessed at, and not to be told to the next site."""
    kind = "inline" if inline else "attachment"
    return {
        "content-disposition": f'{kind}; filename="{file_name}"',
        "cache-control": "private, no-cache",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


def safe_name(*parts: str, suffix: str) -> str:
    """Letters, digits and `-` only, whatever the parts are: `INV-0001-Mid-month-Legal.pdf`."""
    plain = unicodedata.normalize("NFKD", " ".join(parts)).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    return "-".join(words)[:_FILE_NAME].rstrip("-") + suffix
