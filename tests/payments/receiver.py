"""Somebody who gets webhooks, and answers them as he is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread

from tests.payments.contract import Signed


@dataclass
class Receiver:
    """`answers` are given one after the other; then it is 204. `got`: what came, in its order."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    says: str = ""
    got: Queue[Signed] = field(default_factory=Queue)

    def take(self) -> Signed:
        return self.got.get(timeout=30)


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.end_headers()
            self.wfile.write(receiver.says.encode())
            receiver.got.put((body, dict(self.headers)))

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks/sandbox"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
