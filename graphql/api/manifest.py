"""Documents that we trust, by the SHA-256 of their text: those of `graphql/operations`.

Everybody may name them; whoever has no key may send no others.
"""

from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

ALGORITHM = "sha256:"
_FILE = "manifest.json"


def made(folder: Path) -> dict[str, str]:
    """The manifest of a folder of documents."""
    texts = [file.read_text() for file in sorted(folder.glob("*.graphql"))]
    return {f"{ALGORITHM}{sha256(text.encode()).hexdigest()}": text for text in texts}


TRUSTED: Mapping[str, str] = orjson.loads((files("api") / _FILE).read_bytes())
_TEXTS = frozenset(TRUSTED.values())


def is_trusted(text: str | None) -> bool:
    return text in _TEXTS


def id_in(body: Mapping[str, Any]) -> str | None:
    """The document that a request names: `documentId`, or as Apollo's clients do it."""
    named = body.get("documentId")
    if named is None:
        extensions = body.get("extensions")
        persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
        bare = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        named = None if bare is None else f"{ALGORITHM}{bare}"
    return None if named is None else str(named)


def main() -> None:
    """`python -m api.manifest`, after every change of `graphql/operations`."""
    here = Path(__file__).parent
    manifest = made(here.parent / "operations")
    (here / _FILE).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
