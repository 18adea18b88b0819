"""One worker process of the benchmark: it says that it is ready, waits for a line, bills whoever is
due at the given instant, and says how many, and how much memory it had at most (MiB)."""

import asyncio
import resource
import sys
from datetime import datetime

from app import memory
from app.bootstrap import perseat
from app.clock import FixedClock
from app.db.unit_of_work import SilentBell
from app.services import runs
from app.settings import Settings


async def main(url: str, now: str) -> None:
    settings = Settings.model_validate({"database_url": url, "redis_url": "redis://unused"})
    clock = FixedClock(datetime.fromisoformat(now))
    async with perseat(settings, clock=clock, bell=SilentBell()) as app:
        async with app.operators.begin():
            memory.settle()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        billed = await runs.bill_due(app.operators, chunk_size=app.settings.chunk_size)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"{billed} {peak}\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
