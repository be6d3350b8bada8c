"""Where an embedded server lives on disk, as which user it runs, and the locks that say who uses it."""

import contextlib
import fcntl
import json
import os
import pwd
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import FolderNotReachable, FolderNotWritable

UNPRIVILEGED_USER = "nobody"  # present on every Linux and macOS; initdb wants a user that exists


@dataclass(frozen=True)
class Account:
    """The user a server runs as when Steward itself is root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Secret:
    """What is needed to reach a server: kept between runs, so that addresses stay good after a restart."""

    password: str
    port: int | None


@dataclass(frozen=True)
class Place:
    """The folder of one server, below STEWARD_HOME."""

    folder: Path
    account: Account | None

    @property
    def users_lock(self) -> Path:
        """Held shared by everyone who uses the server, exclusively by a supervisor that is stopping it."""
        return self.folder / "users.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Held exclusively by the supervisor for as long as it lives."""
        return self.folder / "supervisor.lock"

    @property
    def alive(self) -> Path:
        """A pipe that the supervisor keeps open: its readers see it end when the supervisor dies."""
        return self.folder / "alive"

    @property
    def ready(self) -> Path:
        """Present while the server accepts connections; means nothing unless the supervisor's lock is held."""
        return self.folder / "ready"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def server(self) -> Path:
        """The only folder the server itself may write to."""
        return self.folder / "server"

    def read_secret(self) -> Secret | None:
        try:
            kept = json.loads((self.folder / "secret.json").read_text())
            return Secret(password=str(kept["password"]), port=kept["port"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def write_secret(self, secret: Secret) -> None:
        """Replace the secret as a whole: a kill in between leaves the old one."""
        fresh = self.folder / "secret.json.new"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({"password": secret.password, "port": secret.port}, file)
            file.flush()
            os.fsync(file.fileno())
        self.share(fresh)
        fresh.replace(self.folder / "secret.json")

    def share(self, path: Path) -> None:
        """Give what root makes in a person's folder to that person, who may start Steward without root next time."""
        owner = self.folder.parent.parent.stat()
        if self.account is not None and owner.st_uid == self.account.uid:
            os.chown(path, owner.st_uid, owner.st_gid)

    def own(self, path: Path) -> None:
        """Give a file or folder to the server's user."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def new_password() -> str:
    return secrets.token_urlsafe(32)  # 256 bits, safe in a URL and in a configuration file


def make_place(home: Path, name: str) -> Place:
    """Create what is missing of a server's folder.

    Raises FolderNotWritable, and FolderNotReachable when the server's user couldn't get there."""
    home = home.absolute()
    services, folder = home / "services", home / "services" / name
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        account = server_account(home)
        place = Place(folder, account)
        for each in (services, folder, place.server):
            each.mkdir(mode=0o700, exist_ok=True)
            place.share(each)
        for each in (home, services, folder):
            _let_through(each, account)
        place.own(place.server)
        for lock in (place.users_lock, place.supervisor_lock):
            os.close(os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            place.share(lock)
        _make_pipe(place.alive)
        place.share(place.alive)
    except OSError as error:
        raise FolderNotWritable(folder=str(error.filename or home), reason=error.strerror or str(error)) from error
    _check_reachable(place)
    return place


def server_account(home: Path) -> Account | None:
    """Nobody else when we are a normal user; under root the owner of the folder, or `nobody` if that is root too."""
    if os.geteuid() != 0:
        return None
    owner = home.stat().st_uid
    try:
        entry = pwd.getpwuid(owner) if owner != 0 else pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError:
        entry = pwd.getpwnam(UNPRIVILEGED_USER)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def may_pass(path: Path, account: Account) -> bool:
    """Whether the account may enter this folder, by its permission bits."""
    status = path.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def blocked_at(path: Path, account: Account) -> Path | None:
    """The outermost folder on the way to `path` that the account may not enter."""
    way = [*reversed(path.parents), path] if path.is_dir() else list(reversed(path.parents))
    return next((folder for folder in way if not may_pass(folder, account)), None)


def try_lock(path: Path, kind: int) -> int | None:
    """Take a lock without waiting; the open file that holds it, or nothing when someone else does.

    flock, not lockf: it belongs to the open file, so it can be handed to a child and ends with its last holder."""
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def _let_through(folder: Path, account: Account | None) -> None:
    """Let the server's group pass (not list) a private folder of root's: 0710 rather than open to everyone."""
    if account is None or may_pass(folder, account) or folder.stat().st_uid != 0:
        return
    os.chown(folder, -1, account.gid)
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXGRP)


def _check_reachable(place: Place) -> None:
    if place.account is None:
        return
    parent = blocked_at(place.server, place.account)
    if parent is not None:
        raise FolderNotReachable(user=place.account.name, parent=str(parent))


def _make_pipe(path: Path) -> None:
    with contextlib.suppress(FileExistsError):
        os.mkfifo(path, 0o600)
