"""Valkey, from the static program in its wheel; it keeps nothing on disk, because it only wakes."""

import os
import signal
import socket

from app.embedded.errors import DiskFull, EmbeddedError, FolderNotWritable, ServerFailed
from app.embedded.identity import StopSteps, stop_stranded
from app.embedded.place import Place, Secret
from app.embedded.programs import valkey_program
from app.embedded.server import PortTaken, StillInUse

_PING_SECONDS = 1.0

# Of the memory limit: ids and counters take a few MB; beyond this something is wrong, and it must not take the machine.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
protected-mode yes
daemonize no
dir "{folder}"
pidfile "{folder}/valkey.pid"
appendonly no
save ""
maxmemory 256mb
maxmemory-policy noeviction
databases 2
loglevel notice
always-show-logo no
"""


class Valkey:
    """One Valkey on loopback, with a password and nothing on disk."""

    name = "Valkey"
    stop_steps: StopSteps = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0))
    orphan_signal = signal.SIGTERM

    def __init__(self, place: Place) -> None:
        self.place = place
        self.configuration = place.server / "valkey.conf"

    def prepare(self, secret: Secret) -> None:
        program = valkey_program(self.place)
        try:
            pid = int((self.place.server / "valkey.pid").read_text())
        except (FileNotFoundError, ValueError):
            return
        if not stop_stranded(pid, program=program.name, folder=self.place.server, steps=self.stop_steps):
            reason = f"process {pid} of an earlier run can't be ended"
            raise ServerFailed(server=self.name, reason=reason, log=str(self.place.log))

    def command(self, secret: Secret) -> list[str]:
        """The password goes through a private file: a command line can be read by every user of the machine."""
        text = CONFIGURATION.format(port=secret.port, password=secret.password, folder=self.place.server)
        with open(os.open(self.configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        self.place.own(self.configuration)
        return [str(valkey_program(self.place)), str(self.configuration)]

    def is_ready(self, secret: Secret) -> bool:
        """Ask in Valkey's inline protocol, so that the supervisor needs no client library."""
        try:
            with socket.create_connection(("127.0.0.1", secret.port or 0), timeout=_PING_SECONDS) as connection:
                connection.sendall(f"AUTH {secret.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (more := connection.recv(256)):
                    answer += more
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def answers(self, secret: Secret) -> bool:
        return self.is_ready(secret)

    def explain(self, log: str) -> EmbeddedError | PortTaken | StillInUse:
        if "Address already in use" in log:
            return PortTaken()
        if "No space left on device" in log:
            return DiskFull(folder=str(self.place.server), server=self.name, needed="1")
        if "Permission denied" in log:
            return FolderNotWritable(folder=str(self.place.server), reason="Permission denied")
        lines = [line for line in log.splitlines() if line.strip()] or ["it ended without a word"]
        return ServerFailed(server=self.name, reason=lines[-1], log=str(self.place.log))

    def url(self, secret: Secret) -> str:
        return f"redis://:{secret.password}@127.0.0.1:{secret.port}/0"
