"""Searching the mailbox the way every intent does: roles looked up, nothing left to a default, a filter varied."""

from dataclasses import replace

from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import Filter, relation_among, take_account
from sandbox.models.planner.followups import also_for
from sandbox.models.planner.people import names_at, resolve
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Outcome, Steps
from sandbox.models.planner.targets import read_filter

LIST_LIMIT = 10
MOST = 25  # mails worth asking for at once: more than that no tool lists and nobody reads
_ONLY = rx(r"^(?:only|just)\s+(?P<rest>.+)$")
_BY_SENDER = rx(r"\b(?:from|by)\s")
_LEADS = rx(r"^(?:(?:for|in|on|with|from|by)\s+)+")


def searched(which: Filter, *, skip: int = 0) -> Steps[list[Json] | Outcome]:
    """The answers of one search per sender and category, past those that were shown already, or the question that must
    be asked first."""
    known = yield from by_address(which)
    if isinstance(known, Outcome):
        return known
    which = known
    where = which.where or ("" if which.unread else "anywhere")
    limit = min(which.limit or LIST_LIMIT, MOST)
    shared: Json = {"limit": limit, **({"skip": skip} if skip else {})}
    return (yield [Call("search_mail", {**args, **shared}) for args in replace(which, where=where).arguments()])


def by_address(which: Filter) -> Steps[Filter | Outcome]:
    """The filter with the addresses of a role ("my manager") in its place, or the question who that is."""
    role = relation_among(which.senders)
    if not role:
        yield []
        return which
    found = yield from resolve(role)
    if found.question:
        return found.outcome
    return replace(which, senders=tuple(e for one in which.senders for e in (found.emails if one == role else (one,))))


def only_one(which: Filter) -> Steps[Filter | Outcome]:
    """The filter of "Dana's last mail" by its reference: as a filter it would take all of Dana's mails."""
    if which.limit != 1 or which.threads:
        yield []
        return which
    where = which.where or "anywhere"
    found = yield [Call("search_mail", {**replace(which, where=where).arguments()[0], "limit": 1})]
    refs = tuple(str(mail["thread"]) for mail in found[0].get("mails") or () if mail.get("thread"))
    if not refs:
        return Outcome(f"That didn't work: {found[0]['error']}" if found[0].get("error") else "I found no such mail.")
    return Filter(threads=refs[:1])


def varied_filter(which: Filter, text: str, context: Context) -> Filter | None:
    """The filter with what a later message changes: the account, the sender, the topic, unread only."""
    if only := _ONLY.match(text):
        return _narrowed(which, read_filter(only["rest"], context))
    more = also_for(text)
    if more is None:
        return None
    if account := take_account(Scan(more)):
        return replace(which, account=account)
    if _BY_SENDER.search(text) or (which.senders and not which.words):
        names, rest = names_at(_LEADS.sub("", more))
        return replace(which, senders=tuple(names)) if names and not rest.strip(" .?!") else None
    other = read_filter(more, context)
    return replace(which, words=other.words) if other.words and which.words else None


def _narrowed(which: Filter, narrower: Filter) -> Filter:
    return replace(
        which,
        unread=which.unread or narrower.unread,
        account=narrower.account or which.account,
        senders=narrower.senders or which.senders,
        newer_than_days=narrower.newer_than_days or which.newer_than_days,
        older_than_days=narrower.older_than_days or which.older_than_days,
    )
