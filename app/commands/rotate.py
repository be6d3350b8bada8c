"""Changes the key that seals tokens: everything is sealed anew, while the key before it still opens."""

import base64
import secrets

from app.commands.audit import opened_store
from app.domain.errors import StewardError
from app.settings import KEY_BYTES, KEY_FILE, OLD_KEYS_FILE, Settings, private

DONE = """Sealed anew with the newest key: {sealed}."""
GIVEN = """Nothing needs the keys in ENCRYPTION_KEY_OLD any more, except:
- links that were sent within the last week, which then have to be asked for again;
- the audit trail, unless AUDIT_KEY is set: before you remove the oldest key, set AUDIT_KEY to it."""
KEPT = """The key before it stays in {file}, for what runs now and for the audit trail. Restart Steward."""


class NoOldKey(StewardError):
    """Set ENCRYPTION_KEY to the new key and ENCRYPTION_KEY_OLD to the one it replaces, then run this again."""


class Unopened(StewardError):
    """{sealed} sealed anew, but no key given opens {left}: add the key that sealed them to ENCRYPTION_KEY_OLD."""


async def rotate(settings: Settings) -> str:
    """Seal every account's tokens with the newest key, and say what is left to do. Interrupted, it is run again.

    Where the key is kept in the home, a new one is made first, once: the next run finishes with that one.
    """
    given = bool(settings.encryption_key.get_secret_value())
    if given and len(settings.sealing_keys) < 2:
        raise NoOldKey
    if not given and await _all_sealed(settings):
        _renew(settings)
    sealed, left = await _reseal(settings)
    if left:
        raise Unopened(sealed=_accounts(sealed), left=_accounts(left))
    done = DONE.format(sealed=_accounts(sealed))
    return f"{done}\n{GIVEN if given else KEPT.format(file=settings.home / OLD_KEYS_FILE)}"


async def _reseal(settings: Settings) -> tuple[int, int]:
    async with opened_store(settings) as store:
        return await store.reseal()


async def _all_sealed(settings: Settings) -> bool:
    """Whether the key in force seals everything: otherwise an earlier run is to be finished."""
    async with opened_store(settings) as store:
        return not await store.sealed_otherwise()


def _renew(settings: Settings) -> None:
    """Put a new key in force; the old ones are written down before, so that no moment is without them."""
    home = settings.home
    private(home / OLD_KEYS_FILE, "\n".join(base64.b64encode(key).decode() for key in settings.sealing_keys))
    private(home / KEY_FILE, base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())


def _accounts(count: int) -> str:
    return f"{count:,} account{'' if count == 1 else 's'}"
