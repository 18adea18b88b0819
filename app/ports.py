"""Ports to listen on: the one that is wished for, or the next one that is free."""

import socket
from contextlib import ExitStack
from errno import EACCES, EADDRINUSE

from app.embedded.folder import StartupProblem


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
        # What serves a descriptor does not know that it is TCP, and would wait with small packets.
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        found.bind(place)
        found.listen()
    except OSError as error:
        errors.add(error.errno or EACCES)
        found.close()
        return None
    return found
