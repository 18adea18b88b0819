"""The API and its workers, as children of one command; each in a process of its own."""

import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from errno import EACCES, EADDRINUSE

import httpx
from pydantic import SecretStr

from app.embedded import Servers
from app.embedded.child import Child
from app.embedded.folder import StartupProblem
from app.embedded.supervisor import Supervisor
from app.settings import Settings

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
    supervisor, port = servers.supervisor, free_port(settings.host, settings.port)
    environment = _environment(settings, servers, port)
    programs = {
        "api": [*api, "--host", settings.host, "--port", str(port)],
        **{f"worker-{number}": worker for number in range(1, workers + 1)},
    }
    with supervisor.interruptible(allowed=False):
        try:
            for name, program in programs.items():
                supervisor.start(_python(name, program, supervisor, environment))
            url = _address(settings.host, port)
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


def free_port(host: str, preferred: int) -> int:
    """The preferred port, or the next one on which nobody listens."""
    last = min(preferred + 100, 65_535)
    for port in range(preferred, last + 1):
        if _is_free(host, port):
            return port
    raise StartupProblem(
        f"No port from {preferred} to {last} is free on {host}: set PERSEAT_PORT to one that is."
    )


def _is_free(host: str, port: int) -> bool:
    """A name may stand for several addresses; those of a protocol that is off do not count."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise StartupProblem(f"PERSEAT_HOST {host!r} is not an address: {error}.") from error
    outcomes = {_bind_error(family, place) for family, _, _, _, place in places}
    if EADDRINUSE in outcomes:
        return False
    if EACCES in outcomes:
        raise StartupProblem(f"Port {port} is kept for root: set PERSEAT_PORT to 1024 or more.")
    if 0 not in outcomes:
        raise StartupProblem(f"{host} is not an address of this machine: change PERSEAT_HOST.")
    return True


def _bind_error(family: int, place: tuple[object, ...]) -> int:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        return error.errno or EACCES
    return 0


def _address(host: str, port: int) -> str:
    """Where a browser on this machine finds the API; nobody can visit 0.0.0.0."""
    for wildcard, local in (("0.0.0.0", "127.0.0.1"), ("::", "::1")):  # noqa: S104
        host = local if host == wildcard else host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _await_ready(supervisor: Supervisor, url: str) -> None:
    with httpx.Client(base_url=url, timeout=2, trust_env=False) as client:

        def ready() -> bool:
            try:
                return client.get("/readyz").status_code == httpx.codes.OK
            except httpx.HTTPError:
                return False

        supervisor.wait_until("api", ready, API_PATIENCE)


def _python(
    name: str, program: Sequence[str], supervisor: Supervisor, environment: Mapping[str, str]
) -> Child:
    """Works in the data folder: a module in the operator's folder must not pass for ours."""
    return Child(
        name=name,
        command=[sys.executable, "-m", *program],
        cwd=supervisor.folder,
        log=supervisor.logs / f"{name}.log",
        environment=environment,
    )


def _environment(settings: Settings, servers: Servers, port: int) -> dict[str, str]:
    """The settings as they are here, whether they came from the environment or not."""
    values = {**settings.model_dump(exclude_none=True), "port": port}
    values |= {"database_url": servers.database_url, "redis_url": servers.redis_url}
    values |= {"data_folder": servers.supervisor.folder}
    return {
        f"PERSEAT_{name.upper()}": str(
            value.get_secret_value() if isinstance(value, SecretStr) else value
        )
        for name, value in values.items()
    } | {"PYTHONUNBUFFERED": "1"}
