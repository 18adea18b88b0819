"""Stands between everybody and PostgreSQL: hands on what both say; if it is ordered to, it lets
one commit through and keeps the answer (F9).

The order is a file with the pid of whose next commit it is to be.
"""

import asyncio
import socket
import struct
import sys
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from pathlib import Path

from app.faults import CUT

COMMIT = b"COMMIT;\0"
READY = b"Z\0\0\0\5I"
"""The server's word that a transaction is over."""


async def _serve(upstream: str, orders: Path, client: StreamReader, answers: StreamWriter) -> None:
    place = answers.get_extra_info("socket")
    pid, _, _ = struct.unpack("3i", place.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    server, requests = await asyncio.open_unix_connection(upstream)
    cut = asyncio.Event()

    async def ask() -> None:
        while said := await client.read(65_536):
            if COMMIT in said and _ordered(orders / CUT, pid):
                cut.set()
            requests.write(said)
            await requests.drain()

    async def answer() -> None:
        while said := await server.read(65_536):
            if cut.is_set():
                if said.endswith(READY):
                    return
                continue
            answers.write(said)
            await answers.drain()

    ways = [asyncio.ensure_future(ask()), asyncio.ensure_future(answer())]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for each in (*ways, requests.transport, answers.transport):
        each.cancel() if isinstance(each, asyncio.Future) else each.abort()  # type: ignore[attr-defined]
    await asyncio.gather(*ways, return_exceptions=True)


def _ordered(order: Path, pid: int) -> bool:
    with suppress(FileNotFoundError):
        if order.read_text() == str(pid):
            order.unlink()
            return True
    return False


async def main(upstream: str, own: str, orders: str) -> None:
    async def serve(client: StreamReader, answers: StreamWriter) -> None:
        try:
            await _serve(upstream, Path(orders), client, answers)
        except OSError:  # PostgreSQL is away: so are we, for who asks
            answers.transport.abort()

    async with await asyncio.start_unix_server(serve, own) as server:
        await server.serve_forever()


if __name__ == "__main__":
    Path(sys.argv[2]).unlink(missing_ok=True)
    asyncio.run(main(*sys.argv[1:]))
