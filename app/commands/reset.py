"""Forgets a sandbox's home: its mailboxes, messages and database."""

import fcntl
import shutil

from app.domain.errors import StewardError
from app.settings import Settings

MARK = "house.lock"
"""Only a folder in which a house has run is ever removed."""


class StillRunning(StewardError):
    """Steward is running. Stop it first (Ctrl-C in its terminal), then reset."""


class RealWorkspace(StewardError):
    """A real Slack workspace is configured: its approvals and accounts are not thrown away by a reset. Remove {home}
    yourself if you mean it."""


def reset(settings: Settings) -> str:
    """What was done, as a sentence. Raises StillRunning, RealWorkspace."""
    home = settings.home
    if settings.connected_to_slack:
        raise RealWorkspace(home=home)
    if not (home / MARK).exists():
        return f"There is nothing to forget in {home}."
    with (home / MARK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as running:
            raise StillRunning from running
        shutil.rmtree(home)
    return f"Forgotten: {home}. The next run begins a new world."
