"""What the supervisor needs to know of a server, and how one of its programs is started."""

import ctypes
import errno
import os
import platform
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

from app.embedded.errors import EmbeddedError, ServerFailed, UserNotAllowed
from app.embedded.identity import StopSteps
from app.embedded.place import Place, Secret

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class PortTaken(Exception):
    """Somebody else listens on the port: try another."""


class StillInUse(Exception):
    """A predecessor's last children are still leaving: try again in a moment."""


class Server(Protocol):
    """One kind of server: how to prepare it, start it, ask it and stop it. Every method blocks."""

    name: str
    place: Place
    stop_steps: StopSteps
    orphan_signal: signal.Signals  # what the kernel sends it should the supervisor be killed

    def prepare(self, secret: Secret) -> None:
        """Create what is missing, and end a predecessor that outlived its supervisor. Raises EmbeddedError."""

    def command(self, secret: Secret) -> list[str]: ...

    def is_ready(self, secret: Secret) -> bool:
        """Whether the server just started accepts connections, as far as its supervisor can tell."""

    def answers(self, secret: Secret) -> bool:
        """Whether it answers a user who knows the secret. Raises EmbeddedError when it never will."""

    def explain(self, log: str) -> EmbeddedError | PortTaken | StillInUse:
        """Why it ended, from what it wrote since it was started."""

    def url(self, secret: Secret) -> str: ...


def spawn(server: Server, command: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the server as its own user, to be ended by the kernel when the supervisor dies. Raises EmbeddedError."""
    account = server.place.account
    try:
        return subprocess.Popen(  # noqa: S603 - a program of ours with arguments of ours
            command,
            cwd=server.place.server,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            umask=0o077,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=_die_with_parent(server.orphan_signal),  # noqa: PLW1509 - one prctl call, bound before the fork
        )
    except OSError as error:
        raise cannot_run(server.place, command[0], error) from error


def run_program(place: Place, command: Sequence[str], *, sql: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program to its end as the server's user; its output is captured. Raises EmbeddedError."""
    account = place.account
    try:
        return subprocess.run(  # noqa: S603 - a program of ours with arguments of ours
            command,
            cwd=place.server,
            input=sql,
            capture_output=True,
            text=True,
            check=False,
            umask=0o077,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except OSError as error:
        raise cannot_run(place, command[0], error) from error


def cannot_run(place: Place, program: str, error: OSError) -> EmbeddedError:
    """Why a program could not even be started."""
    reason = error.strerror or str(error)
    # Root in a container may lack the right to become another user (EPERM), or not know that user (EINVAL).
    if place.account is not None and error.errno in (errno.EPERM, errno.EINVAL):
        return UserNotAllowed(user=place.account.name, reason=reason)
    return ServerFailed(server=Path(program).name, reason=f"{program} can't be run: {reason}", log=str(place.log))


def tail(path: Path, start: int) -> str:
    """What was written to a log since `start` (bytes), at most its last 64 KiB."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(start, end - 65_536))
        return file.read().decode(errors="replace")


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Linux only; elsewhere the next start finds and ends a server whose supervisor was killed."""
    if platform.system() != "Linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number))

    return ask_kernel
