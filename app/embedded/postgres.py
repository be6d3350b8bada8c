"""PostgreSQL 18 with pgvector, from the programs in its wheel."""

import os
import shutil
import signal
from pathlib import Path

from app.embedded.errors import (
    DataCorrupt,
    DataOfOtherVersion,
    DiskFull,
    EmbeddedError,
    FolderNotWritable,
    PasswordRefused,
    ServerFailed,
)
from app.embedded.identity import StopSteps, runs, stop_stranded
from app.embedded.place import Place, Secret
from app.embedded.programs import postgres_programs
from app.embedded.server import PortTaken, StillInUse, run_program, tail

ADMIN = "steward_admin"
DATABASE = "steward"
VERSION = "18"

# A fresh cluster takes 40 MB and its write-ahead log at least two segments of 16 MB; the rest is room to work.
NEEDED_MB = 128
CONNECT_SECONDS = 5
# Never the number of a live process: Linux stops at 2^22, macOS at 99,999.
NO_PROCESS = 2**31 - 1

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    # Durable: what was committed survives SIGKILL and a power cut.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # Small: one person's machine, beside a model. io_method=sync saves three worker processes.
    "shared_buffers": "64MB",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
    "jit": "off",
    # Parallel workers share memory through /dev/shm, which containers keep at 64 MB.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    # English, and without content: no statements, parameters or row details in the log.
    "lc_messages": "C",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}

# What PostgreSQL says when it can't read its own files (xlog.c, miscinit.c, relmapper.c, fd.c).
_CORRUPTION = (
    "PANIC",
    "control file",
    "checkpoint",
    "database files are incompatible",
    "could not open file",
    "could not read",
    "could not access file",
    "could not locate",
    "not a valid data directory",
    "invalid data",
    "invalid page",
    "invalid checkpoint",
    "corrupt",
    "is missing",
    "unexpected data",
)
# What it says when it will answer later (postmaster.c, proc.c).
_PASSING = ("starting up", "shutting down", "recovery mode", "not yet accepting", "too many clients", "reserved for")


class Postgres:
    """One cluster with one database, reached over TCP on loopback with a password (scram)."""

    name = "PostgreSQL"
    # Fast shutdown ends sessions and writes a checkpoint; immediate leaves recovery to the next start.
    stop_steps: StopSteps = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
    orphan_signal = signal.SIGQUIT

    def __init__(self, place: Place) -> None:
        self.place = place
        self.data = place.server / "data"

    def prepare(self, secret: Secret) -> None:
        programs = postgres_programs(self.place)
        if not self.data.exists() or not any(self.data.iterdir()):
            self._create(programs, secret)
        self._check_files()
        self._end_predecessor()
        if self.place.read_secret() is None:
            self._set_password(programs, secret)

    def command(self, secret: Secret) -> list[str]:
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        program = postgres_programs(self.place) / "postgres"
        return [str(program), "-D", str(self.data), "-p", str(secret.port), *settings]

    def is_ready(self, secret: Secret) -> bool:
        """PostgreSQL writes its state to the eighth line of postmaster.pid, which is what pg_ctl waits for."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, UnicodeDecodeError):
            return False
        return len(lines) >= 8 and lines[3] == str(secret.port) and lines[7].strip() == "ready"

    def answers(self, secret: Secret) -> bool:
        """SELECT 1 with our password: scram proves to each side that the other one is who it should be."""
        import psycopg

        try:
            with psycopg.connect(self.url(secret), connect_timeout=CONNECT_SECONDS) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            text = str(error)
            if "password authentication failed" in text:
                kept = self.place.folder / "secret.json"
                raise PasswordRefused(folder=str(self.place.server), secret=str(kept)) from error
            if "FATAL" in text and not any(sign in text for sign in _PASSING):
                raise self._explain_failure(text) from error
            # A server that falls over its own files recovers again and again; only its log then says why.
            told = self._explain_failure(tail(self.place.log, 0))
            if isinstance(told, DataCorrupt):
                raise told from error
            return False
        return True

    def explain(self, log: str) -> EmbeddedError | PortTaken | StillInUse:
        if "Address already in use" in log:
            return PortTaken()
        if "pre-existing shared memory block" in log:
            return StillInUse()
        return self._explain_failure(log)

    def url(self, secret: Secret) -> str:
        return f"postgresql://{ADMIN}:{secret.password}@127.0.0.1:{secret.port}/{DATABASE}"

    def _create(self, programs: Path, secret: Secret) -> None:
        """Build the cluster aside and move it in place whole: a kill in between leaves nothing half made."""
        if shutil.disk_usage(self.place.server).free < NEEDED_MB * 2**20:
            raise self._disk_full()
        fresh, password = self.place.server / "data.new", self.place.server / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        # Kept before the cluster exists, so that there is never a cluster whose password is lost.
        self.place.write_secret(secret)
        with open(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secret.password)
        self.place.own(password)
        try:
            made = run_program(
                self.place,
                [
                    *(str(programs / "initdb"), "-D", str(fresh), "-U", ADMIN, f"--pwfile={password}"),
                    *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions", "--data-checksums"),
                    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                ],
            )
        finally:
            password.unlink()
        if made.returncode != 0:
            raise self._explain_failure(made.stderr)
        self._run_alone(programs, fresh, f"CREATE DATABASE {DATABASE};\n")
        fresh.replace(self.data)

    def _run_alone(self, programs: Path, data: Path, sql: str) -> None:
        """Run SQL without a server: single-user mode asks no password and listens nowhere."""
        command = [str(programs / "postgres"), "--single", "-D", str(data), "-c", "exit_on_error=on"]
        made = run_program(self.place, [*command, "postgres"], sql=sql)
        if made.returncode != 0:
            raise self._explain_failure(made.stderr)

    def _set_password(self, programs: Path, secret: Secret) -> None:
        """The kept password was lost, the data was not."""
        self._run_alone(programs, self.data, f"ALTER ROLE {ADMIN} PASSWORD '{secret.password}';\n")

    def _check_files(self) -> None:
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except (FileNotFoundError, UnicodeDecodeError) as error:
            raise self._corrupt("its PG_VERSION can't be read") from error
        if not (self.data / "global" / "pg_control").exists():
            raise self._corrupt("global/pg_control is missing")
        if not found.isdigit():
            raise self._corrupt("its PG_VERSION is damaged")
        if found != VERSION:
            raise DataOfOtherVersion(folder=str(self.data), found=found, expected=VERSION)

    def _end_predecessor(self) -> None:
        """End a server that lost its supervisor, and keep a recycled process id from looking like one.

        PostgreSQL believes any live process of its user to be its predecessor and won't start. The file itself stays,
        because it also names the shared memory by which PostgreSQL sees a predecessor's children."""
        path = self.data / "postmaster.pid"
        try:
            lines = path.read_text().splitlines(keepends=True)
            pid = int(lines[0])
        except FileNotFoundError:
            return
        except (UnicodeDecodeError, ValueError, IndexError):
            path.unlink()  # torn by a crash: PostgreSQL would refuse it, and it names nothing
            return
        if runs(pid, program="postgres", folder=self.data):
            if not stop_stranded(pid, program="postgres", folder=self.data, steps=self.stop_steps):
                reason = f"process {pid} of an earlier run can't be ended"
                raise ServerFailed(server=self.name, reason=reason, log=str(self.place.log))
        elif pid != NO_PROCESS:
            path.write_text("".join([f"{NO_PROCESS}\n", *lines[1:]]))

    def _explain_failure(self, log: str) -> EmbeddedError:
        if "No space left on device" in log:
            return self._disk_full()
        if "Permission denied" in log:
            return FolderNotWritable(folder=str(self.place.server), reason="Permission denied")
        fatal = [line for line in log.splitlines() if "FATAL:" in line or "PANIC:" in line or "error:" in line]
        damaged = [line for line in fatal if any(sign in line for sign in _CORRUPTION)]
        reasons = [line.split(":  ", 1)[-1].strip() for line in damaged or fatal] or ["it ended without a word"]
        reason = reasons[-1]
        if damaged:
            return self._corrupt(reason)
        return ServerFailed(server=self.name, reason=reason, log=str(self.place.log))

    def _corrupt(self, reason: str) -> DataCorrupt:
        return DataCorrupt(folder=str(self.data), reason=reason)

    def _disk_full(self) -> DiskFull:
        return DiskFull(folder=str(self.place.server), server=self.name, needed=str(NEEDED_MB))
