"""`/docs`, `/docs.md` and `/llms.txt`: the reference for people, for editors and for machines."""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.reference import markdown
from api.schema import schema

REFERENCE = markdown()
SDL = f"{schema.as_str()}\n"
LLMS = """# Perseat

> Billing by the seat over GraphQL: licences, add-ons, prepaid credits with top-up, usage, invoices.

Money is text and exact; mutations answer with `userErrors`; what moves money takes an
`idempotencyKey`.

## Docs

- [Reference](/docs.md): permissions, operations, uploads, webhooks, exports, errors, limits, and
  documents to copy
- [Schema](/schema.graphql): the whole contract; every field says what it means for the bill
"""
_PAGE = (files("api") / "docs.html").read_text()
_CODE, _BETWEEN = re.compile(r"`([^`]+)`"), re.compile(r"[^a-z0-9]+")


def _digests(tag: str) -> str:
    """What the policy lets run is this very text of the page and nothing else."""
    found = re.findall(rf"<{tag}>(.*?)</{tag}>", _PAGE, re.DOTALL)
    return " ".join(f"'sha256-{b64encode(sha256(t.encode()).digest()).decode()}'" for t in found)


HEADERS = {
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "content-security-policy": "; ".join(
        (
            "default-src 'none'",
            f"script-src {_digests('script')}",
            f"style-src {_digests('style')}",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
}


def _inline(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def _heading(block: str) -> str:
    marks, _, title = block.partition(" ")
    level, anchor = len(marks), _BETWEEN.sub("-", title.lower()).strip("-")
    return f'<h{level} id="{anchor}">{_inline(title)}</h{level}>'


def _cells(line: str, tag: str) -> str:
    cells = (_inline(each.strip()) for each in line.strip("|").split("|"))
    return "<tr>" + "".join(f"<{tag}>{each}</{tag}>" for each in cells) + "</tr>"


def _block(block: str) -> str:
    if block.startswith("#"):
        return _heading(block)
    if block.startswith("```"):
        code = escape(block.partition("\n")[2].removesuffix("```"), quote=False)
        return f"<figure><button>Copy</button><pre><code>{code}</code></pre></figure>"
    if block.startswith("|"):
        head, _, *rows = block.splitlines()
        body = "".join(_cells(row, "td") for row in rows)
        return f"<table><thead>{_cells(head, 'th')}</thead><tbody>{body}</tbody></table>"
    return f"<p>{_inline(block)}</p>"


def _blocks(text: str) -> Iterator[str]:
    """What empty lines part, but for those in code."""
    for part in re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL):
        yield from [part] if part.startswith("```") else re.split(r"\n\n+", part)


def page(text: str) -> str:
    body = "\n".join(_block(each.strip()) for each in _blocks(text) if each.strip())
    return Template(_PAGE).substitute(body=body)


HTML = page(REFERENCE)


async def docs(_: Request) -> Response:
    return HTMLResponse(HTML, headers=HEADERS)


async def as_markdown(_: Request) -> Response:
    return PlainTextResponse(REFERENCE, media_type="text/markdown", headers=HEADERS)


async def llms(_: Request) -> Response:
    return PlainTextResponse(LLMS, headers=HEADERS)


async def sdl(_: Request) -> Response:
    return PlainTextResponse(SDL, headers=HEADERS)


ROUTES = [
    Route("/docs", docs),
    Route("/docs.md", as_markdown),
    Route("/llms.txt", llms),
    Route("/schema.graphql", sdl),
]
