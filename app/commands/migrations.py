"""`perseat migrate`: the schema, and the plans that are shipped."""

import asyncio

from app.bootstrap import Perseat
from app.commands.database import console, database, url_of, within
from app.db import migrate as migrations
from app.services import plans


def migrate() -> None:
    """Bring the database to the newest schema, and ship the plans that are missing."""

    async def ship(app: Perseat) -> list[str]:
        async with app.operators.begin() as uow:
            return await plans.ship_catalogue(uow)

    with database(migrated=False) as settings:
        before, after = asyncio.run(migrations.upgrade(url_of(settings)))
        shipped = asyncio.run(within(settings, ship))
    console.print(f"Migrated from {before or 'nothing'} to {after}.")
    console.print(f"Shipped plans: {', '.join(shipped) or 'none, all are there'}.")
