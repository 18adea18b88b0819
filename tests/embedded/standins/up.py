"""What `perseat up` does, with stand-ins for the API and the worker, or without them."""

import os
import sys
from contextlib import ExitStack

from app.embedded import StartupProblem, servers
from app.processes import running, wait_for_interrupt
from app.settings import Settings

API = ("uvicorn", "standin_api:app")
WORKER = ("standin_worker",)


def up() -> int:
    settings = Settings()
    try:
        with servers(settings) as own, ExitStack() as stack:
            words = ["ready", own.database_url, own.redis_url]
            if "SERVERS_ONLY" not in os.environ:
                found = stack.enter_context(running(settings, own, api=API, worker=WORKER))
                words.append(found.url)
            sys.stdout.write(" ".join(words) + "\n")
            sys.stdout.flush()
            wait_for_interrupt(own)
    except StartupProblem as problem:
        sys.stdout.write(f"problem {problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(up())
