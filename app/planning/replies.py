"""Who a reply goes to and what it is called, worked out from the mail it answers."""

from collections.abc import Collection, Sequence

from app.domain.types import Address, Email


def recipients(
    answered: Email, own: Collection[str], *, everyone: bool
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """The To and Cc of a reply, without the person's own addresses and without doubles.

    Replying to one's own mail goes to whom that mail went to. Source: RFC 5322, section 3.6.3.
    """
    mine = {o.lower() for o in own}
    primary = answered.reply_to or (answered.sender,)
    if answered.sender.email.lower() in mine:
        primary = answered.to
    to = _others(primary, mine, set())
    if not everyone:
        return to, ()
    taken = {a.email.lower() for a in to}
    more = _others((*answered.to, *answered.cc), mine, taken)
    return to, more


def _others(addresses: Sequence[Address], mine: set[str], taken: set[str]) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for address in addresses:
        key = address.email.lower()
        if key and key not in mine and key not in taken:
            found.setdefault(key, address)
    return tuple(found.values())


def subject(answered: str) -> str:
    """The subject of a reply: the same, after one "Re:"."""
    clean = " ".join(answered.split())
    return clean if clean.lower().startswith("re:") else f"Re: {clean}"


def answering_as(answered: Email, aliases: Sequence[Address]) -> Address:
    """The address that a reply is written from: the first of one's own that the mail was addressed to, or written
    from; else the usual one, which comes first."""
    own = {a.email.lower(): a for a in reversed(aliases)}
    named = (answered.sender, *answered.to, *answered.cc)
    return next((own[a.email.lower()] for a in named if a.email.lower() in own), aliases[0])
