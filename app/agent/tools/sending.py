"""What a mail is sent from: an account or one of its aliases, as the person named it."""

from app.agent.bench import MAIL, Bench
from app.domain.errors import UnclearAccount
from app.domain.mailboxes import Mailbox
from app.domain.types import Address


async def sent_from(bench: Bench, named: str) -> tuple[Mailbox, Address | None]:
    """The mailbox of a named account, the default one without a name; or of a named alias, and that. Raises
    UnclearAccount, ScopeMissing, ProviderError when no account's aliases can be read."""
    if not named:
        return bench.desk.mailboxes[0], None
    try:
        return bench.desk.mailbox(named), None
    except UnclearAccount as unclear:
        told = await bench.each(bench.desk.mailboxes, lambda box: box.aliases(), what=MAIL)
        aliases = [(box, alias) for box, found in told for alias in found if alias.email != box.account.email]
        meant = [(box, alias) for box, alias in aliases if _is_called(alias, named)]
        if len(meant) == 1:
            return meant[0]
        names = (*(a.name for a in bench.desk.accounts), *(alias.email for _, alias in aliases))
        raise UnclearAccount(name=named, names=", ".join(names)) from unclear


def _is_called(alias: Address, named: str) -> bool:
    """Whether it is named by its address, by what stands before the @, or by the name on it."""
    email = alias.email.casefold()
    return named.strip().casefold() in (email, email.partition("@")[0], alias.name.casefold())
