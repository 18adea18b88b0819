"""The whole database in a few figures, to see that nothing has changed."""

from typing import Any

import app.models  # noqa: F401 - registers the tables
from app.bootstrap import Perseat
from app.db.base import metadata
from tests.make import query

DUMP = " UNION ALL ".join(
    f"""SELECT '{name}', count(*), coalesce(sum(hashtextextended(CAST(t AS text), 0)), 0)
    FROM {name} AS t"""  # noqa: S608 - the names are ours
    for name in sorted(metadata.tables)
)
ORDERED = f"SELECT * FROM ({DUMP}) AS tables ORDER BY 1"  # noqa: S608 - the names are ours


async def dump(app: Perseat) -> list[tuple[Any, ...]]:
    """For each table the number of its rows and a hash of all of them."""
    return [tuple(row) for row in await query(app, ORDERED)]
