"""The command that changes the key that seals tokens, as somebody calls it: a process of its own, in a home or with
keys that were given."""

import asyncio
import base64
import os
import sys
import sysconfig
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.commands.audit import opened_store
from app.domain.errors import SealedElsewhere
from app.domain.grants import Tokens
from app.domain.types import Account
from app.settings import KEY_FILE, OLD_KEYS_FILE, Settings
from app.store import PostgresStore
from tests.integration.embedded_world import ROOT, temporary_home
from tests.postgres import Addresses
from tests.samples import account

OLD, NEW = (base64.b64encode(key).decode() for key in (bytes(32), bytes(range(32))))


async def rotate(home: Path, **variables: str) -> tuple[int, str]:
    """Exit status, and everything it said."""
    search = os.pathsep.join((str(ROOT), sysconfig.get_path("purelib")))
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "app", "rotate"),
        cwd=home,  # where no .env lies
        env={"PATH": os.environ["PATH"], "PYTHONPATH": search, "STEWARD_HOME": str(home), **variables},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await command.communicate()
    assert command.returncode is not None
    return command.returncode, said.decode()


async def connected(store: PostgresStore) -> Account:
    """An account whose tokens are sealed with the key in force."""
    expires = datetime.now(UTC) + timedelta(hours=1)
    return await store.grants.keep(account(), Tokens(access="a", refresh="the secret", expires_at=expires, scopes=()))


async def refresh(opened: AbstractAsyncContextManager[PostgresStore], whose: Account) -> str:
    async with opened as store:
        return (await store.grants.tokens(whose)).refresh


async def test_in_a_home_a_new_key_is_made_and_alone_opens_what_the_old_one_sealed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with temporary_home() as home:
        for name in ("DATABASE_URL", "DATABASE_ADMIN_URL", "REDIS_URL", "ENCRYPTION_KEY", "ENCRYPTION_KEY_OLD"):
            monkeypatch.delenv(name, raising=False)
        (home / "house.lock").touch()  # as a house that has run there leaves it
        settings = Settings.load(steward_home=home)
        async with opened_store(settings) as store:
            whose = await connected(store)
        before = (home / KEY_FILE).read_text()
        status, said = await rotate(home)
        assert (status, said.splitlines()[0]) == (0, "Sealed anew with the newest key: 1 account.")
        assert (home / KEY_FILE).read_text() != before
        assert (home / OLD_KEYS_FILE).read_text() == before
        assert (home / KEY_FILE).stat().st_mode & 0o777 == 0o600
        (home / OLD_KEYS_FILE).unlink()
        assert await refresh(opened_store(settings), whose) == "the secret"


async def test_with_given_keys_both_are_needed_and_the_new_one_is_enough_afterwards(
    database: Addresses, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    def having(**keys: str) -> AbstractAsyncContextManager[PostgresStore]:
        return opened_store(Settings.load(steward_home=tmp_path, database_url=database.app, **keys))

    async with having(encryption_key=OLD) as store:
        whose = await connected(store)
    with pytest.raises(SealedElsewhere):
        await refresh(having(encryption_key=NEW), whose)
    given = {"DATABASE_URL": database.app, "ENCRYPTION_KEY": NEW}
    status, said = await rotate(tmp_path, **given)
    assert (status, said) == (
        1,
        "Set ENCRYPTION_KEY to the new key and ENCRYPTION_KEY_OLD to the one it replaces, then run this again.\n",
    )
    for _ in range(2):  # interrupted or not, it may be run again
        status, said = await rotate(tmp_path, **given, ENCRYPTION_KEY_OLD=OLD)
        assert status == 0
        assert "Nothing needs the keys in ENCRYPTION_KEY_OLD any more, except:" in said
    assert "Sealed anew with the newest key: 0 accounts." in said
    assert await refresh(having(encryption_key=NEW), whose) == "the secret"
