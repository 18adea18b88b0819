"""Children under supervision: started, restarted when they die, and none left when we end."""

import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from app.embedded.child import Child, Run, end_all, launch
from app.embedded.folder import SUPERVISOR, StartupProblem, explained, forget, held, record
from app.embedded.leftovers import PATIENCE, SERVER_PATIENCE, SERVERS, stop_found
from app.embedded.sockets import make_private

DEATHS, WITHIN = 5, 10.0
"""A child that dies so often in so many seconds will not live; otherwise it is restarted."""


@contextmanager
def supervising(folder: Path) -> Iterator["Supervisor"]:
    """Hold the folder and clear it of leftovers; at the end, stop all that was started."""
    supervisor = Supervisor(folder)
    with _signals(supervisor.interrupt), ExitStack() as stack:
        with explained(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            make_private(supervisor.logs)
            stack.enter_context(held(folder))
            stop_found(folder)
            forget(folder)
            record(folder, SUPERVISOR, os.getpid())
        supervisor.watch()
        stack.callback(supervisor.close)
        supervisor.check()
        yield supervisor


@contextmanager
def _signals(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Only a main thread may handle signals; a SIGHUP that nohup hides stays hidden."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    hidden = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    wanted = [signal.SIGINT, signal.SIGTERM, *([] if hidden else [signal.SIGHUP])]
    before = {number: signal.signal(number, handler) for number in wanted}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


class Supervisor:
    """Keeps children alive from a thread, and makes of a signal one orderly KeyboardInterrupt.

    A signal interrupts only inside `interruptible(allowed=True)`. Elsewhere, which is wherever
    something starts or stops, it waits for the next `check`; so no child is lost half-started.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.deaths = DEATHS
        self._runs: dict[str, Run] = {}
        self._problem: StartupProblem | None = None
        self._interrupted = False
        self._allowed = False
        self._guard = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def watch(self) -> None:
        self._thread.start()

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._interrupted = True
        if self._allowed:
            self._allowed = False
            raise KeyboardInterrupt

    @contextmanager
    def interruptible(self, *, allowed: bool) -> Iterator[None]:
        before = self._allowed
        self._allowed = allowed
        try:
            if allowed:
                self.check()
            yield
        finally:
            self._allowed = before

    def check(self) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        if self._problem:
            raise self._problem

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)
        self.check()

    def start(self, child: Child) -> None:
        with self._guard:
            self._runs[child.name] = launch(child, self.folder)

    def complete(self, child: Child) -> None:
        """Run a program to its end; its failure is the problem."""
        run = launch(child, self.folder)
        try:
            while run.process.poll() is None:
                self.pause(0.02)
        finally:
            end_all([run])
        if run.process.returncode:
            raise run.failure("failed")

    def wait_until(self, name: str, ready: Callable[[], bool], patience: float) -> None:
        deadline = time.monotonic() + patience
        while not ready():
            self.pause(0.05)
            if time.monotonic() > deadline:
                raise self._runs[name].failure(f"does not answer after {patience:.0f} s")

    def stop(self, names: Collection[str], patience: float = PATIENCE) -> None:
        with self._guard:
            runs = [self._runs.pop(name) for name in names if name in self._runs]
        end_all(runs, patience)

    def close(self) -> None:
        """Programs before the servers that they use; then whatever still carries our mark."""
        self._closing.set()
        self._thread.join()
        self.stop(self._runs.keys() - SERVERS.values())
        self.stop(set(self._runs), SERVER_PATIENCE)
        stop_found(self.folder)
        forget(self.folder)

    def _watch(self) -> None:
        while not (self._problem or self._closing.wait(0.1)):
            with self._guard:
                for run in self._runs.values():
                    try:
                        self._tend(run)
                    except StartupProblem as problem:
                        self._problem = problem

    def _tend(self, run: Run) -> None:
        now = time.monotonic()
        with explained(self.folder):
            if run.restart_at is None:
                if run.process.poll() is not None:
                    self._bury(run, now)
            elif now >= run.restart_at:
                again = launch(run.child, self.folder)
                run.process, run.log_start, run.restart_at = again.process, again.log_start, None

    def _bury(self, run: Run, now: float) -> None:
        """Give up, or restart after 0.1, 0.2, 0.4, 0.8 seconds as deaths come in a row."""
        run.deaths = [death for death in run.deaths if now - death < WITHIN] + [now]
        if len(run.deaths) >= self.deaths:
            raise run.failure(f"ended {self.deaths} times in {WITHIN:.0f} s")
        run.restart_at = now + 0.05 * 2 ** len(run.deaths)
