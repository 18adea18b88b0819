"""The sandbox provider, the API and its workers, as children of one command."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from socket import socket
from typing import NamedTuple, TypeAlias

import httpx
from pydantic import SecretStr

from app.embedded import Servers
from app.embedded.child import Child
from app.embedded.supervisor import Supervisor
from app.ports import listening
from app.settings import PaymentProvider, Settings, address_at

API = (
    *("uvicorn", "api.asgi:app", "--timeout-graceful-shutdown", "5"),
    *("--ws-max-size", "131072"),
)
WORKER = ("arq", "workers.settings.WorkerSettings")
SANDBOX = (
    *("uvicorn", "--factory", "app.sandbox.asgi:served"),
    *("--no-access-log", "--timeout-graceful-shutdown", "1"),
)
SANDBOX_HOST, SANDBOX_PORT = "127.0.0.1", 8400
API_PATIENCE = 60.0


class Running(NamedTuple):
    """Where they answer; no sandbox if another provider is asked."""

    url: str
    sandbox_url: str | None


Programs: TypeAlias = Mapping[str, tuple[Sequence[str], socket | None]]
"""What each child runs, and the socket on which it serves."""


@contextmanager
def running(
    settings: Settings,
    servers: Servers,
    *,
    workers: int = 1,
    api: Sequence[str] = API,
    worker: Sequence[str] = WORKER,
) -> Iterator[Running]:
    """Run them all; where they answer, as soon as they are ready to serve."""
    supervisor = servers.supervisor
    with (
        listening(settings.host, settings.port) as place,
        _till(settings) as till,
        supervisor.interruptible(allowed=False),
    ):
        found = Running(address_at(settings.host, place.getsockname()[1]), _at(settings, till))
        environment = _environment(settings, servers, place, found)
        programs: Programs = {
            **({"sandbox": (SANDBOX, till)} if till else {}),
            "api": (api, place),
            **{f"worker-{number}": (worker, None) for number in range(1, workers + 1)},
        }
        try:
            for name, (program, serves) in programs.items():
                supervisor.start(_python(name, program, supervisor, environment, serves))
            _await_ready(supervisor, "api", f"{found.url}/readyz")
            if till:
                _await_ready(supervisor, "sandbox", f"{found.sandbox_url}/healthz")
            with supervisor.interruptible(allowed=True):
                yield found
        finally:
            supervisor.stop(programs.keys() - {"sandbox"})
            supervisor.stop({"sandbox"})


def wait_for_interrupt(servers: Servers) -> None:
    """Until Ctrl-C or SIGTERM. A child that cannot be kept alive is a StartupProblem."""
    try:
        while True:
            servers.supervisor.pause(0.2)
    except KeyboardInterrupt:
        return


def _till(settings: Settings) -> AbstractContextManager[socket | None]:
    """Where our own sandbox is to listen, if it is needed: only this machine may pay there."""
    ours = settings.payment_provider is PaymentProvider.SANDBOX and settings.sandbox_url is None
    return listening(SANDBOX_HOST, SANDBOX_PORT) if ours else nullcontext()


def _at(settings: Settings, till: socket | None) -> str | None:
    return address_at(SANDBOX_HOST, till.getsockname()[1]) if till else settings.sandbox_url


def _await_ready(supervisor: Supervisor, name: str, url: str) -> None:
    with httpx.Client(timeout=2, trust_env=False) as client:

        def ready() -> bool:
            try:
                return client.get(url).status_code == httpx.codes.OK
            except httpx.HTTPError:
                return False

        supervisor.wait_until(name, ready, API_PATIENCE)


def _python(
    name: str,
    program: Sequence[str],
    supervisor: Supervisor,
    environment: Mapping[str, str],
    serves: socket | None,
) -> Child:
    """Works in the data folder: a module in the operator's folder must not pass for ours."""
    handed = (serves.fileno(),) if serves else ()
    return Child(
        name=name,
        command=[sys.executable, "-m", *program, *(f"--fd={each}" for each in handed)],
        cwd=supervisor.folder,
        log=supervisor.logs / f"{name}.log",
        environment=environment,
        descriptors=handed,
    )


def _environment(
    settings: Settings, servers: Servers, place: socket, found: Running
) -> dict[str, str]:
    """The settings as they are here, whether they came from the environment or not."""
    values = {**settings.model_dump(exclude_none=True), "port": place.getsockname()[1]}
    values |= {"database_url": servers.database_url, "redis_url": servers.redis_url}
    values |= {"data_folder": servers.supervisor.folder}
    values.setdefault("public_url", found.url)
    if found.sandbox_url:
        values |= {"sandbox_url": found.sandbox_url}
        values.setdefault("sandbox_webhook_url", f"{found.url}/webhooks/sandbox")
    return {
        f"PERSEAT_{name.upper()}": str(
            value.get_secret_value() if isinstance(value, SecretStr) else value
        )
        for name, value in values.items()
    } | {"PYTHONUNBUFFERED": "1"}
