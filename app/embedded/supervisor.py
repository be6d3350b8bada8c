"""Keeps one server running for as long as anybody uses it, as a small process of its own.

Whoever uses the server holds a shared lock on a file. The kernel drops that lock however its holder ends, SIGKILL
included, so the supervisor needs no list of users: it waits for the exclusive lock, which it gets when the last one is
gone, and stops the server. Nobody can join while it does, because joining takes the shared lock.
"""

import contextlib
import errno
import fcntl
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import IO

from app.embedded.errors import DiskFull, EmbeddedError, FolderNotWritable, NoFreePort, NotAnswering
from app.embedded.place import Place, Secret, make_place, new_password
from app.embedded.postgres import Postgres
from app.embedded.server import PortTaken, Server, StillInUse, spawn, tail
from app.embedded.valkey import Valkey

KINDS: Mapping[str, type[Postgres] | type[Valkey]] = {"postgres": Postgres, "valkey": Valkey}

START_SECONDS = 120.0  # a crash recovery replays at most max_wal_size; this is generous for a slow disk
PORT_ATTEMPTS = 10
LEAVING_SECONDS = 10.0  # how long a killed server's children may take to notice
RESTARTS = 5  # within RESTART_WINDOW; a server that falls over more often than this is broken
RESTART_WINDOW = 60.0
_POLL_SECONDS = 0.01


class Supervisor:
    """Starts one server, restarts it when it dies, stops it when the last user has left."""

    def __init__(self, server: Server, log: IO[bytes]) -> None:
        self.server = server
        self.place: Place = server.place
        self.log = log
        self.events: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Bring the server up on its former port, or on a new one if that is taken. Raises EmbeddedError."""
        kept = self.place.read_secret()
        password, port = (kept.password, kept.port) if kept else (new_password(), None)
        self.server.prepare(Secret(password, port))
        for _ in range(PORT_ATTEMPTS):
            port = port if port and _is_free(port) else _free_port()
            if port is None:
                continue
            secret = Secret(password, port)
            self.place.write_secret(secret)
            with contextlib.suppress(PortTaken):
                self._start_patiently(secret)
                return
            port = None
        raise NoFreePort(server=self.server.name, attempts=str(PORT_ATTEMPTS))

    def watch(self) -> None:
        """Return when the last user has left or the machine goes down. Raises EmbeddedError if it keeps dying."""
        restarts: list[float] = []
        signal.signal(signal.SIGTERM, self._on_signal)
        threading.Thread(target=self._await_last_user, daemon=True).start()
        self._await_exit()
        while self.events.get() == "exit":
            self.place.ready.unlink(missing_ok=True)
            now = time.monotonic()
            restarts = [*(at for at in restarts if now - at < RESTART_WINDOW), now]
            if len(restarts) > RESTARTS:
                raise self._failure()
            self.start()
            self.place.ready.touch(mode=0o600)
            self._await_exit()

    def stop(self) -> None:
        """Stop the server, gently first."""
        self.place.ready.unlink(missing_ok=True)
        if self.child is None:
            return
        for number, seconds in self.server.stop_steps:
            self.child.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(seconds)
                return

    def _start_patiently(self, secret: Secret) -> None:
        deadline = time.monotonic() + LEAVING_SECONDS
        while True:
            try:
                return self._start_once(secret)
            except StillInUse:
                if time.monotonic() > deadline:
                    raise self._failure() from None
                time.sleep(10 * _POLL_SECONDS)

    def _start_once(self, secret: Secret) -> None:
        self._log_start = self.log.seek(0, os.SEEK_END)
        self.child = spawn(self.server, self.server.command(secret), self.log)
        deadline = time.monotonic() + START_SECONDS
        while self.child.poll() is None:
            if self.server.is_ready(secret):
                return
            if time.monotonic() > deadline:
                self.stop()
                name, log = self.server.name, str(self.place.log)
                raise NotAnswering(server=name, seconds=f"{START_SECONDS:.0f}", log=log)
            time.sleep(_POLL_SECONDS)
        raise self._failure()

    def _failure(self) -> EmbeddedError | PortTaken | StillInUse:
        return self.server.explain(tail(self.place.log, self._log_start))

    def _await_exit(self) -> None:
        child = self.child

        def wait() -> None:
            if child is not None:
                child.wait()
            self.events.put("exit")

        threading.Thread(target=wait, daemon=True).start()

    def _await_last_user(self) -> None:
        users = os.open(self.place.users_lock, os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(users, fcntl.LOCK_EX)  # stays held until this process is gone
        self.events.put("unused")

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.events.put("terminated")


def supervise(kind: str, home: Path, lock: int) -> int:
    """The supervisor's whole life. `lock` is the open file that holds the supervisor's lock, taken by the starter.

    Answers on standard output with one line of JSON, once the server is ready or can't be."""
    os.setsid()  # a Ctrl-C in the starter's terminal is not meant for the servers
    try:
        place = make_place(home, kind)
        alive = os.open(place.alive, os.O_RDWR | os.O_CLOEXEC)
        log = _open_log(place)
        supervisor = Supervisor(KINDS[kind](place), log)
        try:
            supervisor.start()
            place.ready.touch(mode=0o600)
            _answer('{"ready": true}')
            supervisor.watch()
        finally:
            supervisor.stop()
            os.close(alive)
    except EmbeddedError as error:
        _answer(error.to_json())
        return 1
    except OSError as error:
        _answer(_explain(error, home, kind).to_json())
        return 1
    finally:
        # Before the users' lock, which ends with this process: who gets that one must find this one free.
        os.close(lock)
    return 0


def main(arguments: list[str]) -> int:
    """Leave the starter's process tree, so that nobody has to wait for us, and supervise."""
    kind, home, lock = arguments[0], Path(arguments[1]), int(arguments[2])
    if os.fork() > 0:
        os._exit(0)
    return supervise(kind, home, lock)


def _explain(error: OSError, home: Path, kind: str) -> EmbeddedError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(folder=str(home), server=KINDS[kind].name, needed="1")
    return FolderNotWritable(folder=str(error.filename or home), reason=error.strerror or str(error))


def _open_log(place: Place) -> IO[bytes]:
    """A log of this run and one of the run before."""
    with contextlib.suppress(FileNotFoundError):
        place.log.replace(place.log.with_suffix(".log.1"))
    file = os.open(place.log, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    place.share(place.log)
    return os.fdopen(file, "ab", buffering=0)


def _answer(line: str) -> None:
    """Tell the starter, if it is still there, and let go of its pipe."""
    with contextlib.suppress(OSError):
        print(line, flush=True)  # noqa: T201 - the protocol between starter and supervisor
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, sys.stdout.fileno())
    os.close(quiet)


def _free_port() -> int | None:
    """A port that nobody has right now, or nothing when loopback has none to give."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", 0))
        except OSError:
            return None
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
