"""The API and its workers, as children of one command; each in a process of its own."""

import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from errno import EACCES, EADDRINUSE

import httpx
from pydantic import SecretStr

from app.embedded import Servers
from app.embedded.child import Child
from app.embedded.folder import StartupProblem
from app.embedded.supervisor import Supervisor
from app.settings import Settings, address_at

API = ("uvicorn", "api.asgi:app", "--timeout-graceful-shutdown", "5")
WORKER = ("arq", "workers.settings.WorkerSettings")
API_PATIENCE = 60.0


@contextmanager
def running(
    settings: Settings,
    servers: Servers,
    *,
    workers: int = 1,
    api: Sequence[str] = API,
    worker: Sequence[str] = WORKER,
) -> Iterator[str]:
    """Run the API and its workers; the API's address, as soon as it is ready to serve."""
    supervisor = servers.supervisor
    with (
        listening(settings.host, settings.port) as place,
        supervisor.interruptible(allowed=False),
    ):
        port, descriptor = place.getsockname()[1], place.fileno()
        environment = _environment(settings, servers, port)
        programs = {
            "api": [*api, "--fd", str(descriptor)],
            **{f"worker-{number}": worker for number in range(1, workers + 1)},
        }
        try:
            for name, program in programs.items():
                handed = (descriptor,) if name == "api" else ()
                supervisor.start(_python(name, program, supervisor, environment, handed))
            url = address_at(settings.host, port)
            _await_ready(supervisor, url)
            with supervisor.interruptible(allowed=True):
                yield url
        finally:
            supervisor.stop(programs)


def wait_for_interrupt(servers: Servers) -> None:
    """Until Ctrl-C or SIGTERM. A child that cannot be kept alive is a StartupProblem."""
    try:
        while True:
            servers.supervisor.pause(0.2)
    except KeyboardInterrupt:
        return


def listening(host: str, preferred: int) -> socket.socket:
    """On the preferred port, or on the next one on which nobody listens.

    The API serves this very socket: a port that was found free could be taken a moment later.
    """
    last = min(preferred + 100, 65_535)
    for port in range(preferred, last + 1):
        if found := _listen(host, port):
            return found
    raise StartupProblem(
        f"No port from {preferred} to {last} is free on {host}: set PERSEAT_PORT to one that is."
    )


def _listen(host: str, port: int) -> socket.socket | None:
    """None if the port is taken. A name may stand for several addresses: the port has to be free
    on all of them, those of a protocol that is off do not count, and IPv4 is served first.
    """
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise StartupProblem(f"PERSEAT_HOST {host!r} is not an address: {error}.") from error
    errors: set[int] = set()
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(each)
            for family, _, _, _, place in sorted(set(places))
            if (each := _bound(family, place, errors))
        ]
        if EADDRINUSE in errors:
            return None
        if EACCES in errors:
            raise StartupProblem(f"Port {port} is kept for root: set PERSEAT_PORT to 1024 or more.")
        if not sockets:
            raise StartupProblem(f"{host} is not an address of this machine: change PERSEAT_HOST.")
        return sockets[0].dup()


def _bound(family: int, place: tuple[object, ...], errors: set[int]) -> socket.socket | None:
    try:
        found = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(place)
        found.listen()
    except OSError as error:
        errors.add(error.errno or EACCES)
        found.close()
        return None
    return found


def _await_ready(supervisor: Supervisor, url: str) -> None:
    with httpx.Client(base_url=url, timeout=2, trust_env=False) as client:

        def ready() -> bool:
            try:
                return client.get("/readyz").status_code == httpx.codes.OK
            except httpx.HTTPError:
                return False

        supervisor.wait_until("api", ready, API_PATIENCE)


def _python(
    name: str,
    program: Sequence[str],
    supervisor: Supervisor,
    environment: Mapping[str, str],
    descriptors: tuple[int, ...],
) -> Child:
    """Works in the data folder: a module in the operator's folder must not pass for ours."""
    return Child(
        name=name,
        command=[sys.executable, "-m", *program],
        cwd=supervisor.folder,
        log=supervisor.logs / f"{name}.log",
        environment=environment,
        descriptors=descriptors,
    )


def _environment(settings: Settings, servers: Servers, port: int) -> dict[str, str]:
    """The settings as they are here, whether they came from the environment or not."""
    values = {**settings.model_dump(exclude_none=True), "port": port}
    values |= {"database_url": servers.database_url, "redis_url": servers.redis_url}
    values |= {"data_folder": servers.supervisor.folder}
    values.setdefault("public_url", address_at(settings.host, port))
    return {
        f"PERSEAT_{name.upper()}": str(
            value.get_secret_value() if isinstance(value, SecretStr) else value
        )
        for name, value in values.items()
    } | {"PYTHONUNBUFFERED": "1"}
