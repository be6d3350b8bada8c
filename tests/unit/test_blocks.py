"""Cards as Block Kit: whatever strangers wrote, within Slack's limits, whole, and obeyed by nobody."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.models import blocks as sdk

from app.domain.actions import Action, LabelEmails
from app.domain.actions.bulk import UNREAD_SENDER
from app.domain.actions.calendar_words import Overlap
from app.domain.actions.letters import Glimpse
from app.domain.approvals import Approval, Decision, Status
from app.domain.cards import MAX_BODY, MAX_CARD, MAX_RECIPIENTS, Difference, Field, Origin, Receipt, Recipient
from app.domain.grants import Invitation
from app.domain.permissions import READING, Permission
from app.domain.types import AccountRef, Address, MailQuery
from app.planning.sanitising import hidden, visible
from integrations.slack.accounts import accounts_blocks, invitation_blocks
from integrations.slack.blocks import STATES, approval_blocks, plain_fallback, shortened, summary
from integrations.slack.chat import paragraphs
from integrations.slack.surfaces import PROMPTS, home, welcome
from sandbox.slack.blocks import check
from tests.fakes import ManualClock
from tests.samples import WORK, account, archive, event, message, proposal, reply
from tests.unit.turns import turn_of

NOW = ManualClock().now()
TURN = turn_of(message())
MARK = "☠"
"""Stands in everything that others wrote."""
TRICKS = (
    "<!channel>",
    "<@U0ANN>",
    "*bold*",
    "&lt;",
    "<https://evil.example|bank>",
    "\u202e",
    ":smile:",
    "\x00",
    "\ud83d",
)
WORDS = st.lists(
    st.one_of(st.text(max_size=30), st.sampled_from(TRICKS), st.text("x\n ", min_size=300, max_size=400)), max_size=4
).map(lambda parts: MARK + "".join(parts))


def addresses() -> st.SearchStrategy[Address]:
    domain = st.sampled_from(["example.org", "münchen.example", "exаmple.org", "x" * 70 + ".example", ""])
    return st.builds(lambda n, d, name: Address(email=f"{MARK}p{n}@{d}", name=name), st.integers(), domain, WORDS)


RECIPIENTS = st.lists(
    st.builds(
        Recipient,
        address=addresses(),
        role=st.sampled_from(["to", "cc"]),
        origin=st.sampled_from(list(Origin)),
        evidence=st.sampled_from(["", "12 mails to them"]),
    ),
    max_size=MAX_RECIPIENTS,
).map(tuple)
BODY = st.one_of(WORDS, st.integers(0, MAX_BODY - 1).map(lambda n: MARK + "word " * (n // 5)))


@st.composite
def actions(draw: st.DrawFn) -> Action:
    kind = draw(st.sampled_from(["archive", "reply", "event"]))
    if kind == "archive":
        samples = tuple(Glimpse(sender=draw(WORDS), subject=draw(WORDS), received=NOW) for _ in range(5))
        query = MailQuery(words=draw(WORDS), sender=draw(WORDS), label=draw(WORDS))
        people = tuple(Address(email=f"{n}@example.org", name=draw(WORDS)) for n in range(3))
        looked_at = {"samples": samples, "people": people, "writers": (0, 1, 2, 1, UNREAD_SENDER, 2)}
        return archive(*map(str, range(10_000))).renewed(query=query, **looked_at)
    if kind == "reply":
        answers = Glimpse(sender=draw(WORDS), subject=draw(WORDS), received=NOW)
        given_ = {"recipients": draw(RECIPIENTS), "subject": draw(WORDS), "body": draw(BODY), "answers": answers}
        return reply().model_copy(update=given_)
    start = NOW + timedelta(hours=2)
    overlaps = tuple(
        Overlap(event=str(n), title=draw(WORDS), start=start, end=start) for n in range(draw(st.integers(0, 9)))
    )
    given_ = {"title": draw(WORDS), "notes": draw(BODY), "place": draw(WORDS), "guests": draw(RECIPIENTS)}
    return event(start).model_copy(update={**given_, "overlaps": overlaps})


RECEIPTS = st.builds(
    Receipt,
    summary=WORDS,
    fields=st.lists(st.builds(Field, label=st.just("Guests"), value=WORDS), max_size=3).map(tuple),
    link=st.sampled_from(["", "https://calendar.google.com/calendar/event?eid=abc"]),
    differences=st.lists(st.builds(Difference, field=st.just("Notes"), asked=BODY, stored=BODY), max_size=5).map(tuple),
)


@st.composite
def approvals(draw: st.DrawFn) -> Approval:
    account_ = AccountRef(id=WORK.id, name=draw(WORDS)[:40], email=f"{MARK}ann@example.com")
    action = draw(actions()).model_copy(update={"account": account_})
    status = draw(st.sampled_from(list(Status)))
    changed = {
        "status": status,
        "note": draw(WORDS) if draw(st.booleans()) else "",
        "receipt": draw(st.none() | RECEIPTS) if status is not Status.PROPOSED else None,
        "confirmations": draw(st.integers(0, 1)),
        "not_before": draw(st.none() | st.just(NOW)),
    }
    return proposal(action, TURN, NOW).model_copy(update=changed)


def nodes(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        yield found
        found = list(found.values())
    if isinstance(found, list):
        for inner in found:
            yield from nodes(inner)


def texts(blocks: list[dict[str, Any]]) -> str:
    """All that is shown."""
    return "\n".join(n["text"] for n in nodes(blocks) if isinstance(n.get("text"), str))


SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(approvals())
def test_slack_takes_any_card_that_can_be_proposed(approval: Approval) -> None:
    if approval.card.length > MAX_CARD:
        return  # refused before it becomes a card
    for blocks in (approval_blocks(approval), plain_fallback(approval)):
        assert check(blocks, "message") == []
        assert len(json.dumps(blocks)) < 100_000
    for block in sdk.Block.parse_all(approval_blocks(approval)):
        assert block is not None
        block.validate_json()
    assert "\n" not in summary(approval)


@SLOW
@given(approvals())
def test_nothing_others_wrote_is_obeyed_or_hidden(approval: Approval) -> None:
    for blocks in (approval_blocks(approval), plain_fallback(approval)):
        for node in nodes(blocks):
            if node.get("type") == "mrkdwn":
                assert MARK not in node["text"]
            if node.get("type") in ("text", "plain_text"):
                assert not hidden(node["text"])
            assert MARK not in str(node.get("action_id")) + str(node.get("value")) + str(node.get("url"))
            assert node.get("type") not in ("image", "user", "usergroup", "broadcast", "channel", "emoji")
    assert MARK not in json.dumps([b for b in approval_blocks(approval) if b["type"] == "context"])


@SLOW
@given(approvals())
def test_whoever_approves_has_seen_every_word_and_everyone(approval: Approval) -> None:
    card = approval.card
    if approval.status is not Status.PROPOSED or card.length > MAX_CARD:
        return
    blocks = approval_blocks(approval)
    if card.body is not None:
        quoted = [n for n in nodes(blocks) if n.get("type") == "rich_text_quote"]
        assert "".join(e["text"] for q in quoted for e in q["elements"]) == (visible(card.body) or " ")
    shown = texts(blocks)
    for recipient in card.recipients:
        assert visible(recipient.address.email) in shown
    assert shown.count("⚠️ never seen before") == sum(r.marked for r in card.recipients)


@SLOW
@given(approvals())
def test_a_button_carries_the_id_and_nothing_else(approval: Approval) -> None:
    buttons = [n for n in nodes(approval_blocks(approval)) if n.get("type") == "button"]
    decides = [b["action_id"] for b in buttons if b["action_id"].startswith("decide:")]
    assert decides == [f"decide:{d}" for d in approval.offers]
    assert {b["value"] for b in buttons} <= {str(approval.id)}


def of_status(status: Status, action: Action | None = None, **more: Any) -> Approval:
    return proposal(action or archive("m1"), TURN, NOW).model_copy(update={"status": status, **more})


@pytest.mark.parametrize("status", Status)
def test_every_status_says_what_is(status: Status) -> None:
    shown = texts(approval_blocks(of_status(status)))
    assert STATES[status][1] in shown
    assert summary(of_status(status)).startswith(STATES[status][0])
    assert ("Nothing" in STATES[status][1]) <= (status not in (Status.DONE, Status.PARTIAL, Status.UNCERTAIN))


def test_states_that_differ_read_differently() -> None:
    assert len({sentence for _, sentence in STATES.values()}) == len(Status)


def test_the_second_confirmation_is_asked_for_plainly() -> None:
    one = approval_blocks(of_status(Status.PROPOSED, reply()))
    assert "0 of 2 confirmations." in texts(one)
    two = approval_blocks(of_status(Status.PROPOSED, reply(), confirmations=1))
    assert "1 of 2 confirmations." in texts(two)
    labels = {n["action_id"]: n["text"]["text"] for n in nodes(two) if n.get("type") == "button"}
    assert labels["decide:approve"] == "Confirm once more"


def test_undo_says_what_it_causes_before_it_does() -> None:
    guests = (Recipient(address=Address(email="a@example.org"), role="guest", origin=Origin.TYPED),)
    card = of_status(Status.DONE, event(NOW + timedelta(hours=2)).renewed(guests=guests))
    (button,) = [n for n in nodes(approval_blocks(card)) if n.get("action_id") == f"decide:{Decision.UNDO}"]
    assert button["confirm"]["text"]["text"] == "This cancels it; 1 person gets a cancellation."


def test_a_long_text_is_shown_whole_to_whoever_decides_and_in_part_afterwards() -> None:
    body = "".join(f"{n:05d} " for n in range(MAX_BODY // 6))
    open_, done = (approval_blocks(of_status(s, reply(body=body))) for s in (Status.PROPOSED, Status.DONE))
    assert "".join(n["text"] for n in nodes(open_) if n.get("type") == "text").count(body) == 1
    assert "(9,000 characters in all)" in texts(done)


def test_the_receipt_and_its_differences_are_shown() -> None:
    receipt = Receipt(
        summary="Sent to Carol",
        fields=(Field(label="Subject", value="Re: Lunch"),),
        link="https://mail.google.com/mail/#all/1",
        differences=(Difference(field="Thread", asked="the same", stored="a new one"),),
    )
    blocks = approval_blocks(of_status(Status.DONE, reply(), receipt=receipt, note="A note."))
    for part in ("Sent to Carol", "Re: Lunch", "Thread: asked for the same, stored as a new one", "A note."):
        assert part in texts(blocks)
    assert [n["url"] for n in nodes(blocks) if n.get("type") == "link"] == [receipt.link]


@given(WORDS, st.integers(2, 400))
def test_a_shortened_value_is_one_line_within_its_limit(words: str, limit: int) -> None:
    line = shortened(words, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1


@given(st.text(max_size=30_000) | st.integers(0, 40_000).map(lambda n: "x" * n))
def test_slack_takes_any_reply(words: str) -> None:
    blocks = paragraphs(words)
    assert check(blocks, "message") == []
    assert all(b["text"]["verbatim"] for b in blocks)


def test_a_reply_that_is_too_long_says_so() -> None:
    blocks = paragraphs("x" * 50_000)
    assert texts([b["text"] for b in blocks]).endswith("… (too long for one message)")


@SLOW
@given(st.lists(approvals(), max_size=2), st.lists(WORDS, max_size=4), st.integers(0, 40))
def test_slack_takes_any_home(waiting: list[Approval], names: list[str], times: int) -> None:
    accounts = [account(name=name, email=f"{name}@example.org", alive=bool(n % 2)) for n, name in enumerate(names)]
    view = home(accounts, waiting * times)
    assert check(view["blocks"], "home") == []


@given(st.lists(st.text(), max_size=20), st.booleans(), st.sampled_from(list(Permission)))
def test_slack_takes_any_card_of_accounts(names: list[str], alive: bool, asked: Permission) -> None:
    accounts = tuple(
        account(name=name, email=name, alive=alive, scopes=READING[:1], chosen=not n) for n, name in enumerate(names)
    )
    url = "https://accounts.google.com/o/oauth2/v2/auth?state=x"
    for invitation in (
        Invitation(url=url, whole=url, asks=READING, accounts=accounts, paste="state"),
        *(Invitation(url=url, asks=(asked,), account=each) for each in accounts),
    ):
        assert check(invitation_blocks(invitation), "message") == []
    assert check(accounts_blocks(accounts), "message") == []


@pytest.mark.parametrize("connected", [True, False])
def test_the_welcome_offers_what_it_says(*, connected: bool) -> None:
    blocks = welcome(connected=connected)
    assert check(blocks, "message") == []
    actions_ = [n["action_id"] for n in nodes(blocks) if n.get("type") == "button"]
    assert actions_ == ([] if connected else ["do:connect"])
    assert 1 <= len(PROMPTS) <= 4


def test_an_undoing_whose_outcome_nobody_knows_asks_about_the_undoing() -> None:
    link = "https://mail.example/t1"
    receipt = Receipt(summary="Archived 1 mail", link=link)
    card = of_status(Status.UNCERTAIN, reversing=True, receipt=receipt)
    blocks = approval_blocks(card)
    shown = texts(blocks)
    assert "It isn't known whether this was undone." in shown
    assert "Archived 1 mail" not in shown
    assert [n["url"] for n in nodes(blocks) if n.get("type") == "link"] == [link]
    labels = {n["action_id"]: n["text"]["text"] for n in nodes(blocks) if n.get("type") == "button"}
    assert labels == {"decide:undid": "It was undone", "decide:stands": "It wasn't"}
    assert summary(card).endswith(": It isn't known whether this was undone.")


@SLOW
@given(approvals())
def test_what_slack_refuses_is_approved_with_the_same_before_ones_eyes(approval: Approval) -> None:
    if approval.status is not Status.PROPOSED or approval.card.length > MAX_CARD:
        return
    shown = "\n".join(str(n["text"]) for n in nodes(plain_fallback(approval)) if n.get("type") == "plain_text")
    flat = shown.replace("\n", "")
    for item in approval.card.items:
        assert visible(item.title).replace("\n", "") in flat
        assert visible(item.detail).replace("\n", "") in flat
    assert (f"… and {approval.card.more:,} more" in flat) is bool(approval.card.more)


def test_a_long_label_stands_whole_on_its_card() -> None:
    name = "Clients/" + "very long " * 20
    card = of_status(Status.PROPOSED, LabelEmails(account=WORK, query=MailQuery(), ids=("m1",), name=name.strip()))
    assert name.strip() in texts(approval_blocks(card))
