"""Two people with something in every table and state, two who are after it, and every call they could make."""

import inspect
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, get_type_hints
from uuid import uuid4

from app.domain.approvals import Approval, Decision, Status
from app.domain.asking import Listed, Question
from app.domain.cards import Receipt
from app.domain.desk import Ledger
from app.domain.errors import LostClaim
from app.domain.grants import Asked, Needs, Renew, Stale, Tokens
from app.domain.memory import Relation, Trail
from app.domain.permissions import READING
from app.domain.ports import Claim
from app.domain.reports import Offer, Report
from app.domain.sorting import Key, Opinion
from app.domain.tasks import Found, Source
from app.domain.types import (
    Account,
    AccountId,
    ActionId,
    Address,
    Message,
    Person,
    PersonId,
    Place,
    Turn,
    TurnId,
    TurnStatus,
)
from app.store import PostgresStore
from tests.fakes import ManualClock
from tests.samples import TEAM, account, archive, message, proposal, reply, someone

D, S = Decision, Status
OWNERS = (someone("U0ANN", email="secret-U0ANN@example.com"), someone("U0BOB", email="secret-U0BOB@example.com"))
INTRUDERS = (someone("U0EVE"), someone("U0MAL"))
SYSTEMS = {
    "turns.resume": "names no person: a worker comes with the id of a turn that the sweeper found",
    "grants.redeem": "names no person: whoever has the secret state of a link is who it was made for",
    "audit.tails": "names no person: ids and hashes of every chain, for the role that sees nothing else",
}
"""Methods that act for nobody in particular; `tests/integration/test_store_rights.py` has what they may."""


def secret(person: Person) -> str:
    """Stands in everything that a person ever wrote or was written."""
    return f"secret-{person.user}"


@dataclass
class Belongings:
    """What one person has in the store."""

    person: Person
    turns: list[Turn] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    def words(self) -> list[str]:
        """Texts that find rows: conversations, timestamps, clicks."""
        found = [place.conversation for place in self.places] + [turn.ts for turn in self.turns]
        return [
            *found,
            *(a.card_ts for a in self.approvals),
            *(a.id.hex for a in self.approvals),
            "first",
            "delegate",
            "",
        ]


TOUCHED: dict[Status, tuple[Decision, ...]] = {
    S.PROPOSED: (),
    S.REJECTED: (D.REJECT,),
    S.APPROVED: (D.APPROVE,),
    S.RUNNING: (D.APPROVE,),
    S.DONE: (D.APPROVE,),
    S.FAILED: (D.APPROVE,),
    S.UNCERTAIN: (D.APPROVE,),
    S.UNDOING: (D.APPROVE, D.UNDO),
}
"""The decisions that lead to a status."""


async def settle_in(store: PostgresStore, clock: ManualClock, person: Person) -> Belongings:
    """Give a person turns and actions in every state, a ledger, two accounts and a link under way."""
    has = Belongings(person)
    await store.people.meet(person)
    for status in TOUCHED:
        await _action(store, clock, has, status)
    await _action(store, clock, has, S.PROPOSED, clicks=("first",))
    for _ in range(2):
        asked = message(
            f"{secret(person)} asks", person=person, place=Place(channel=person.dm, thread=f"T{person.user}")
        )
        turn, _ = await store.turns.open(asked, limit=1000)
        has.turns.append(turn)
    for name in ("work", "private"):
        mine = account(person, subject=f"{person.user} {name}", name=name, email=f"{secret(person)}@example.com")
        tokens = Tokens(access=secret(person), refresh=secret(person), expires_at=clock.now(), scopes=())
        has.accounts.append(await store.grants.keep(mine, tokens))
    link = Asked(person=person.id, place=has.turns[0].place, verifier=secret(person))
    await store.grants.ask(secret(person), link, until=clock.now() + timedelta(days=1))
    await store.grants.bury(has.accounts[1].id, person.id)
    await store.parking.park(has.turns[0], {has.accounts[1].id: READING})
    await _question(store, clock, has)
    marked = secret(person)
    task = Found(key="first", source=Source.MAIL, account=has.accounts[0].id, title=marked, since=clock.now())
    await store.tasks.find(person.id, [task, task.model_copy(update={"key": marked})])
    await store.preferences.state(person.id, "delegate", f"{marked}@example.com", words=marked)
    await store.watches.advance(person.id, has.accounts[0].id, marked)
    await store.verdicts.keep(person.id, [_opinion(has.accounts[0].id, marked)], version="first")
    has.places = [turn.place for turn in has.turns]
    return has


def _opinion(connected: AccountId, words: str) -> Opinion:
    """A mail that was judged, with these words in it."""
    return Opinion(account=connected, mail="first", category="routine", priority=5, why=words)


async def _question(store: PostgresStore, clock: ManualClock, has: Belongings) -> None:
    """A question that stands open, in a thread of its own, and whom a name means."""
    person, marked = has.person, secret(has.person)
    place = Place(channel=f"C{person.user}", thread="1.1")
    turn, _ = await store.turns.open(message(f"{marked} asks", person=person, place=place), limit=1000)
    meant = Relation(name=marked, people=(Address(email=f"{marked}@example.org"),), origin=marked, since=clock.now())
    asked = Question(options=(f"{marked}@example.org", "Nobody"), about=marked)
    report = Report(title=marked, summary=marked, offers=(Offer(label=marked, errand=f"triage {marked}"),))
    trail = Trail(question=asked, listed=(Listed(ref=marked, title=marked),), learned=(meant,), report=report)
    await store.turns.end(turn, status=TurnStatus.ENDED, reply=marked, actions=[], trail=trail)
    has.turns.append(turn)


async def _action(
    store: PostgresStore, clock: ManualClock, has: Belongings, status: Status, *, clicks: tuple[str, ...] = ()
) -> None:
    person, marked = has.person, secret(has.person)
    turn, _ = await store.turns.open(message(f"{marked} asks", person=person), limit=1000)
    action = reply(body=marked) if clicks else archive(marked, "m2")
    proposed = proposal(action, turn, clock.now())
    await store.turns.end(turn, status=TurnStatus.ENDED, reply=f"{marked} answers", actions=[proposed])
    await store.approvals.shown(proposed, f"card-{action.id.hex}")
    for click in clicks:
        await store.approvals.decide(person.id, action.id, D.APPROVE, click=click)
    for decision in TOUCHED[status][:1]:
        await store.approvals.decide(person.id, action.id, decision)
    if status in (S.RUNNING, S.DONE, S.FAILED, S.UNCERTAIN, S.UNDOING):
        claim = await store.approvals.claim(person.id, action.id)
        assert claim is not None
        await store.approvals.ledger(claim).note("chunk", ids=[marked])
        has.claims.append(claim)
        if status is not S.RUNNING:
            end = S.DONE if status is S.UNDOING else status
            await store.approvals.settle(claim, end, note=marked, receipt=Receipt(summary=marked))
        if status is S.UNDOING:
            await store.approvals.decide(person.id, action.id, D.UNDO)
    kept = await store.approvals.get(person.id, action.id)
    assert kept is not None
    assert kept.status is status
    has.turns.append(turn)
    has.approvals.append(kept)


# Calls.


@dataclass
class Call:
    """One call of one method under a wrong person."""

    name: str
    arguments: dict[str, Any]
    run: Callable[[], Awaitable[Any]]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.arguments)})"


def forged(approval: Approval, fields: Mapping[str, Any]) -> Approval:
    """The row of somebody's action, with words of one's own in it."""
    action = archive("mine").renewed(id=fields.get("id", approval.id))
    return approval.model_copy(
        update={**fields, "action": action, "sha256": action.sha256, "note": "", "receipt": None}
    )


class Arguments:
    """Arguments by their types: the intruder as the person and the words, everything else the owner's."""

    def __init__(self, dice: Random, intruder: Person, owner: Belongings, now: datetime) -> None:
        one = dice.choice
        action, turn = one(owner.approvals), one(owner.turns)
        claim, connected = one(owner.claims), one(owner.accounts)
        mine = {"person": intruder.id}
        fresh = forged(action, mine | {"id": ActionId(uuid4())})
        words = owner.words()
        self._made: Mapping[Any, Callable[[], Any]] = {
            PersonId: lambda: intruder.id,
            Person: lambda: intruder.model_copy(update={"user": owner.person.user, "dm": owner.person.dm}),
            ActionId: lambda: action.id,
            TurnId: lambda: turn.id,
            AccountId: lambda: connected.id,
            Turn: lambda: turn.model_copy(update={**mine, "text": "mine", "reply": "mine", "typed": None}),
            Approval: lambda: one((forged(action, mine), fresh)),
            Approval | None: lambda: one((None, fresh)),
            Claim: lambda: claim.model_copy(update={"approval": forged(claim.approval, mine)}),
            Account: lambda: connected.model_copy(update={**mine, "email": "mine@example.com"}),
            Message: lambda: message("hello", person=intruder, place=turn.place, ts=one((turn.ts, "1.1"))),
            Place: lambda: turn.place,
            Relation: lambda: Relation(name="mine", people=(Address(email="e@example.org"),), origin="mine", since=now),
            Trail: lambda: one((Trail(), Trail(then="mine", question=Question(options=("mine", "yours"))))),
            Tokens: lambda: Tokens(access="mine", refresh="mine", expires_at=now, scopes=()),
            Asked: lambda: Asked(**mine, place=turn.place, verifier="mine"),
            Needs: lambda: {connected.id: ()},
            Stale: lambda: lambda _: True,
            Renew: lambda: _taken_over,
            Receipt | None: lambda: one((None, Receipt(summary="mine"))),
            Decision: lambda: one(list(Decision)),
            Status: lambda: one(list(Status)),
            TurnStatus: lambda: one(list(TurnStatus)),
            Collection[ActionId]: lambda: [each.id for each in owner.approvals],
            Collection[str]: lambda: words,
            Sequence[Approval]: lambda: one(([], [fresh])),
            Mapping[int, Mapping[str, bytes]]: dict,
            Sequence[int]: lambda: one(([1], [1, 2, 3])),
            Collection[Key]: lambda: [(connected.id, one(("first", *words)))],
            Sequence[Opinion]: lambda: [_opinion(connected.id, "mine")],
            Any: lambda: one((5, "mine", ["mine"], None)),
            Sequence[Found]: lambda: [Found(key=one(words), source=Source.SAID, title="mine", since=now)],
            str: lambda: one(words),
            str | None: lambda: one([None, *words]),
            int: lambda: 1000,
            bool: lambda: one((True, False)),
            datetime: lambda: now + timedelta(days=dice.randrange(-3, 3)),
            timedelta: lambda: timedelta(seconds=one((0, 10))),
        }

    def of(self, method: Callable[..., Any]) -> dict[str, Any]:
        """Arguments for every parameter of a method; a type nobody has thought of fails the test."""
        hints = get_type_hints(method)
        named = [p for p in inspect.signature(method).parameters.values() if p.kind is not p.VAR_KEYWORD]
        return {parameter.name: self._made[hints[parameter.name]]() for parameter in named}


async def _taken_over(tokens: Tokens) -> Tokens:
    """Tokens of the intruder's own."""
    return tokens.model_copy(update={"access": "mine", "refresh": "mine"})


def methods(store: PostgresStore) -> dict[str, Callable[..., Any]]:
    """Every method of the store that acts for a person, by its name; those of tomorrow included."""
    found = {}
    for part in (
        "people",
        "turns",
        "approvals",
        "relations",
        "grants",
        "parking",
        "audit",
        "tasks",
        "preferences",
        "verdicts",
        "watches",
    ):
        for name, method in inspect.getmembers(getattr(store, part), callable):
            if not name.startswith("_") and f"{part}.{name}" not in SYSTEMS:
                found[f"{part}.{name}"] = method
    return found


def call_of_the_store(name: str, store: PostgresStore, arguments: Arguments) -> Call:
    method = methods(store)[name]
    given = arguments.of(method)
    if name == "approvals.ledger":
        return Call(name, given, lambda: noted(method(**given)))
    return Call(name, given, lambda: method(**given))


async def noted(ledger: Ledger) -> object:
    """Read what a ledger holds, and write to it."""
    held = await ledger.recall()
    with suppress(LostClaim):
        await ledger.note("sending", thread="t1")
    return held


# Handlers.


BUTTONS: Mapping[str, Sequence[str]] = {
    "Clicks.decide": [f"decide:{decision}" for decision in D],
    "Clicks.decide_all": ["plan:approve", "plan:reject"],
    "Answers.choose": ["answer:0", "answer:1"],
    "Answers.take_up": ["offer:0", "offer:1"],
    "AccountClicks.click": [f"account:{verb}" for verb in ("allow", "rename", "default", "disconnect")],
}
"""What is pressed to be heard by a listener; any other one hears whatever there is."""


def body(dice: Random, intruder: Person, owner: Belongings, listener: str) -> dict[str, Any]:
    """What Slack would send had the intruder got hold of the owner's buttons, forms and messages."""
    action, turn = dice.choice(owner.approvals), dice.choice(owner.turns)
    connected = str(dice.choice(owner.accounts).id)
    pressed = BUTTONS.get(listener) or [f"open:{decision}" for decision in D]
    ours = (str(action.id), str(turn.id))
    shown = " ".join(map(str, (turn.id, *(each.id for each in owner.approvals))))
    changed = {"user": intruder.user, "ts": turn.ts, "text": "changed", "thread_ts": turn.place.thread}
    subtype = dice.choice(("message_changed", "message_deleted"))
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "team_id": TEAM,
        "user": {"id": intruder.user, "team_id": TEAM},
        "trigger_id": f"trigger {dice.random()}",
        "actions": [
            {
                "action_id": dice.choice(pressed),
                "value": connected if listener == "AccountClicks.click" else dice.choice((*ours, shown)),
                "block_id": dice.choice(("confirm:0", "confirm:1", "first")),
            }
        ],
        "container": {"channel_id": owner.person.dm, "message_ts": action.card_ts, "thread_ts": turn.place.thread},
        "view": {
            "id": f"V{dice.random()}",
            "private_metadata": connected if listener.startswith("AccountClicks") else str(action.id),
            "blocks": [{"type": "input", "block_id": f"{name}:0"} for name in FIELDS],
            "state": {"values": {f"{name}:0": {"whole": {"value": "mine now"}} for name in FIELDS}},
        },
        "event": {
            "type": "message",
            "subtype": subtype,
            "channel": owner.person.dm,
            "user": intruder.user,
            "thread_ts": turn.place.thread,
            "message": changed,
            "previous_message": {**changed, "text": "before"},
        },
    }


FIELDS = ("body", "reason", "name", "address")


def listeners(*parts: object) -> dict[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
    """Every listener of these handlers, by its name."""
    found: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {}
    for part in parts:
        for name, method in inspect.getmembers(part, inspect.iscoroutinefunction):
            if not name.startswith("_") and list(inspect.signature(method).parameters) == ["body"]:
                found[f"{type(part).__name__}.{name}"] = method
    return found


def told(result: object, owners: Iterable[Person]) -> bool:
    """Whether this has anything in it that an owner ever wrote."""
    shown = repr(result)
    return any(secret(owner) in shown for owner in owners)
