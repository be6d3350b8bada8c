"""Tells whether a process id still belongs to a server of ours, and ends a server whose supervisor is gone.

A number in a pid file proves nothing: it may have been given to another program since. A process is taken for ours
only if it runs the server's program inside the server's own folder, which no other program has a reason to do.
"""

import os
import platform
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

# What to try in turn, and how many seconds each may take.
StopSteps = tuple[tuple[signal.Signals, float], ...]

_POLL_SECONDS = 0.02


def runs(pid: int, *, program: str, folder: Path) -> bool:
    """Whether this process is `program` (a file's name), running inside `folder`."""
    if pid <= 0:
        return False
    if platform.system() == "Linux":  # not sys.platform, by which mypy would leave out the other half
        try:
            executable = Path(os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)"))
            return executable.name == program and Path(os.readlink(f"/proc/{pid}/cwd")) == folder.resolve()
        except OSError:
            return False  # gone, a zombie, or another user's
    command = _command_line(pid)
    return program in command and str(folder) in command


def stop_stranded(pid: int, *, program: str, folder: Path, steps: StopSteps) -> bool:
    """End a server that outlived its supervisor; True once this id is no longer a server of ours."""

    def ours() -> bool:
        return runs(pid, program=program, folder=folder)

    if not hasattr(os, "pidfd_open"):
        return _stop_by_pid(pid, ours, steps)
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return True
    try:
        # Opened first, checked second: from here on the descriptor can't come to mean another process.
        if not ours():
            return True
        for number, seconds in steps:
            signal.pidfd_send_signal(process, number)
            if select.select([process], [], [], seconds)[0]:
                return True
        return False
    except ProcessLookupError:
        return True
    finally:
        os.close(process)


def _stop_by_pid(pid: int, ours: Callable[[], bool], steps: StopSteps) -> bool:
    for number, seconds in steps:
        if not ours():
            return True
        os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while ours() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
    return not ours()


def _command_line(pid: int) -> str:
    lister = shutil.which("ps") or "/bin/ps"
    listing = subprocess.run(  # noqa: S603 - a fixed program and a number
        [lister, "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout.strip()
