"""One process of a house: started, killed and started again by its pid."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from app.commands.children import LEASH
from tests.acceptance.waiting import until

ROOT = Path(__file__).resolve().parents[2]
FAKED = ("LD_PRELOAD", "FAKETIME", "FAKETIME_SHARED", "FAKETIME_DONT_FAKE_MONOTONIC")
"""Of libfaketime, under which all of this can be tried at any hour of the week."""
KEPT = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", *FAKED)
"""Of the tests' own environment; whatever Steward would read from the rest is not the house's."""
GRACE = 15.0
"""Seconds a process has to end when asked."""


class Process:
    """`python -m MODULE …` as a process of its own, which ends with the tests, however these end."""

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], *, home: Path) -> None:
        self.name = name
        self.log = home / f"{name}.log"
        self._arguments = arguments
        self._environment = environment
        self._home = home
        self._popen: subprocess.Popen[str] | None = None

    def twin(self, name: str) -> "Process":
        """Another one of the same kind, not started."""
        return Process(name, self._arguments, self._environment, home=self._home)

    def start(self, **changed: str) -> None:
        """Start it, with other settings than usual if they are given."""
        assert not self.alive, f"{self.name} runs already"
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment = {**kept, "PYTHONPATH": str(ROOT), LEASH: "1", **self._environment, **changed}
        with self.log.open("a") as log:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", *self._arguments],
                cwd=self._home,  # where no .env lies
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def first_line(self) -> str:
        """What it says on standard output when it is up."""
        assert self._popen is not None
        assert self._popen.stdout is not None
        return self._popen.stdout.readline()

    @property
    def alive(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def pid(self) -> int:
        assert self._popen is not None
        return self._popen.pid

    @property
    def children(self) -> list[psutil.Process]:
        """What it started, for instance the fork in which a job runs."""
        return psutil.Process(self.pid).children(recursive=True)

    def kill(self) -> None:
        """SIGKILL to it and to whatever it started, as when a machine loses power."""
        assert self._popen is not None
        for process in [psutil.Process(self.pid), *self.children]:
            process.kill()
        self._closed()

    async def end(self) -> None:
        """SIGTERM, and after GRACE a failure."""
        if self._popen is None:
            return
        if not self.alive:
            self._closed()
            return
        self._popen.send_signal(signal.SIGTERM)

        async def gone() -> bool:
            return not self.alive

        await until(gone, what=f"the end of {self.name}", seconds=GRACE)
        self._closed()

    def _closed(self) -> None:
        assert self._popen is not None
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout):
            assert pipe is not None
            pipe.close()

    def said(self) -> Iterator[str]:
        """Its log, line by line."""
        yield from self.log.read_text(errors="replace").splitlines()


@contextmanager
def stopped(*processes: psutil.Process) -> Iterator[None]:
    """SIGSTOP for the length of the block, whatever happens in it."""
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()
