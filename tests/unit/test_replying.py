"""Sending a reply, one step at a time: the bytes, the draft, the evidence after an interruption."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.actions import Outcome, SendReply
from app.domain.actions.letters import body_hash
from app.domain.cards import Origin, Recipient
from app.domain.errors import Faulty, GrantDead, Missing, ProviderError, Refusal, Refused, Throttled, Unanswered
from app.domain.types import Address
from tests.samples import WORK, reply
from tests.unit.desk_world import World, mail

LOST = Unanswered(provider="Gmail")
READ_BACK = [
    GrantDead(provider="Gmail", account=WORK.email),
    Missing(provider="Gmail", what="message"),
    Faulty(provider="Gmail", why="503"),
    LOST,
    Throttled(provider="Gmail", retry_after=timedelta(seconds=1)),
]


def person(email: str, role: str = "to", name: str = "") -> Recipient:
    return Recipient(address=Address(email=email, name=name), role=role, origin=Origin.THREAD)


def parsed(action: SendReply) -> Any:
    return message_from_bytes(action.raw(), policy=SMTP)


def world() -> World:
    return World(mail("m1"))


# The bytes.


def test_the_mail_says_who_to_whom_and_in_which_thread() -> None:
    people = (
        person("carol@example.org", name="Carol Ünal"),
        person("dan@example.org"),
        person("eve@example.org", "cc"),
    )
    action = reply(recipients=people, references=("<a@example.org>", "<b@example.org>"))
    made = parsed(action)
    assert made["From"] == "Ann <ann@example.com>"
    assert made["To"] == "Carol Ünal <carol@example.org>, dan@example.org"
    assert made["Cc"] == "eve@example.org"
    assert made["Subject"] == "Re: Lunch"
    assert made["In-Reply-To"] == "<lunch@example.org>"
    assert made["References"] == "<a@example.org> <b@example.org> <lunch@example.org>"
    assert made["Message-ID"] == f"<steward.{action.id}@example.com>"
    assert made["X-Steward-Action"] == str(action.id)
    assert "Bcc" not in made
    assert "Date" not in made
    assert made.get_content() == "Yes, gladly.\r\n"


def test_the_same_action_makes_the_same_bytes() -> None:
    action = reply()
    assert action.raw() == action.raw()


def test_a_mail_without_an_id_is_answered_without_references() -> None:
    made = parsed(reply(in_reply_to="", references=("<a@example.org>",)))
    assert "In-Reply-To" not in made
    assert "References" not in made


@given(st.text(max_size=400))
def test_every_word_arrives(body: str) -> None:
    text = parsed(reply(body=body)).get_content()
    assert body_hash(text) == body_hash(body)


HEADERS = st.text(max_size=60)


@given(subject=HEADERS, name=HEADERS, message_id=HEADERS)
def test_nothing_in_a_header_becomes_another_header(subject: str, name: str, message_id: str) -> None:
    """Subject, names and ids come from mails of strangers."""
    action = reply(
        subject=subject,
        in_reply_to=message_id,
        references=tuple(message_id.split()),
        recipients=(person("carol@example.org", name=name),),
    )
    try:
        made = parsed(action)
    except Refusal:
        return
    known = {"From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "X-Steward-Action"}
    mime = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
    assert set(made.keys()) <= known | mime
    assert [a.addr_spec for a in made["To"].addresses] == ["carol@example.org"]
    assert made["X-Steward-Action"] == str(action.id)


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b@c", "a b@example.org", "a@", "@example.org", "a@x\r\nBcc: b@example.org"]
)
def test_what_is_no_address_is_refused_before_the_click(email: str) -> None:
    with pytest.raises(Refusal):
        reply(recipients=(person(email),)).raw()


async def test_a_domain_in_another_alphabet_travels_in_punycode() -> None:
    at, action = world(), reply(recipients=(person("ann@münchen.example"),))
    assert parsed(action)["To"] == "ann@xn--mnchen-3ya.example"
    assert (await action.perform(at.desk, at.ledger)).differences == ()
    assert (await action.reconcile(at.desk, at.ledger.up_to("sending")))[0] is Outcome.DONE


def test_a_body_is_known_again_whatever_was_wrapped() -> None:
    assert body_hash("a b\nc") == body_hash("a  b\r\nc\r\n") == body_hash("a\nb c")
    assert body_hash("a b c") != body_hash("a b d")


# The deed.


async def test_a_draft_is_made_noted_and_sent() -> None:
    at, action = world(), reply()
    receipt = await action.perform(at.desk, at.ledger)
    assert at.ledger.steps == ["creating", "draft", "sending", "sent"]
    assert at.mailbox.sent_bytes == [action.raw()]
    assert at.mailbox.drafts == ()
    assert receipt.summary == "Sent to carol@example.org"
    assert receipt.differences == ()
    assert receipt.link
    assert [(f.label, f.value) for f in receipt.fields] == [("Subject", "Re: Lunch"), ("From", WORK.email)]


@pytest.mark.parametrize("failing", ["create", "send"])
@pytest.mark.parametrize("committed", [True, False])
async def test_a_lost_answer_never_sends_twice(failing: str, *, committed: bool) -> None:
    at, action = world(), reply()
    at.mailbox.faults.extend([(True, None)] * (failing == "send") + [(committed, LOST)])
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    outcome, receipt = await action.reconcile(at.desk, at.ledger)
    if (failing, committed) == ("send", True):
        assert outcome is Outcome.DONE
        assert receipt is not None
    else:
        assert (outcome, receipt) == (Outcome.NOT_DONE, None)
        await action.perform(at.desk, at.ledger)
    assert at.mailbox.sent_bytes == [action.raw()]
    assert at.mailbox.drafts == ()


async def test_a_killed_worker_is_followed_from_each_note() -> None:
    """The ledger is cut after each of its notes, which is where a kill can fall."""
    for died in ("creating", "draft", "sending", "sent"):
        at, action = world(), reply()
        if died == "creating":
            await at.mailbox.create_draft(action.raw(), thread="t1")
            await at.ledger.note("creating")
        else:
            await action.perform(at.desk, at.ledger)
        left = at.ledger.up_to(died)
        outcome, _ = await action.reconcile(at.desk, left)
        if died in ("creating", "draft"):
            assert outcome is Outcome.NOT_DONE, died
        else:
            assert outcome is Outcome.DONE, died
        if died == "creating":
            await action.perform(at.desk, left)
        assert len(at.mailbox.sent_bytes) == 1


async def test_an_orphaned_draft_is_used_and_not_doubled() -> None:
    at, action = world(), reply()
    at.mailbox.faults.append((True, LOST))
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    orphan = at.mailbox.drafts
    assert len(orphan) == 1
    await action.perform(at.desk, at.ledger)
    assert [n.refs["id"] for n in at.ledger.notes if n.step == "draft"] == [orphan[0].id]
    assert at.mailbox.drafts == ()


async def test_a_draft_that_its_person_sends_before_it_is_found_again_is_not_doubled() -> None:
    at, action = world(), reply()
    at.mailbox.faults.append((True, LOST))
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    assert await action.reconcile(at.desk, at.ledger) == (Outcome.NOT_DONE, None)
    await at.mailbox.send_draft(at.mailbox.drafts[0], action.raw())
    await action.perform(at.desk, at.ledger)
    assert len(at.mailbox.sent_bytes) == 1
    assert (await action.reconcile(at.desk, at.ledger))[0] is Outcome.DONE


async def test_a_draft_that_is_still_there_proves_that_nothing_went_out() -> None:
    at, action = world(), reply()
    at.mailbox.faults.extend([(True, None), (False, LOST)])
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    assert await action.reconcile(at.desk, at.ledger) == (Outcome.NOT_DONE, None)


async def test_a_draft_that_the_person_deleted_leaves_it_unknown() -> None:
    at, action = world(), reply()
    at.mailbox.faults.extend([(True, None), (False, LOST)])
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    await at.mailbox.delete_draft(at.mailbox.drafts[0].id)
    assert await action.reconcile(at.desk, at.ledger) == (Outcome.UNKNOWN, None)


@pytest.mark.parametrize("kept", ["steward_action", "message_id", "neither"])
async def test_a_sent_mail_is_known_by_any_mark_it_kept(kept: str) -> None:
    at, action = world(), reply()
    await action.perform(at.desk, at.ledger)
    sent = (await at.mailbox.thread("t1")).mails[-1]
    lost = {"steward_action": "", "message_id": "<rewritten@mail.example>"}
    lost.pop(kept, None)
    at.mailbox.put(sent.model_copy(update={"email": sent.email.model_copy(update=lost)}))
    outcome, receipt = await action.reconcile(at.desk, at.ledger.up_to("sending"))
    assert outcome is Outcome.DONE
    assert receipt is not None


async def test_an_older_mail_of_the_same_words_is_not_it() -> None:
    action = reply(seen=("m1", "before"))
    twin = mail("before", labels=("SENT",), text=action.body, to=(Address(email="carol@example.org"),))
    at = World(mail("m1"), twin)
    draft = await at.mailbox.create_draft(action.raw(), thread="t1")
    await at.ledger.note("draft", **draft.model_dump())
    await at.ledger.note("sending")
    await at.mailbox.delete_draft(draft.id)
    assert (await action.reconcile(at.desk, at.ledger))[0] is Outcome.UNKNOWN


@pytest.mark.parametrize("why", READ_BACK, ids=lambda e: e.code)
async def test_a_mail_that_is_out_is_done_even_if_it_cant_be_read_back(why: ProviderError) -> None:
    at, action = world(), reply()

    async def closed(message: str) -> Any:
        raise why

    at.mailbox.sent = closed  # type: ignore[method-assign]
    receipt = await action.perform(at.desk, at.ledger)
    assert receipt.summary == "Sent to carol@example.org; I couldn't read it back"
    assert (await action.reconcile(at.desk, at.ledger))[0] is Outcome.DONE
    assert len(at.mailbox.sent_bytes) == 1


async def test_the_receipt_says_where_the_mail_isnt_what_was_asked() -> None:
    at, action = world(), reply()
    receive = at.mailbox.sent

    async def elsewhere(message: str) -> Any:
        return (await receive(message)).model_copy(update={"thread": "t9", "cc": ("mallory@example.net",)})

    at.mailbox.sent = elsewhere  # type: ignore[method-assign]
    receipt = await action.perform(at.desk, at.ledger)
    assert [(d.field, d.stored) for d in receipt.differences] == [
        ("Thread", "a new one"),
        ("Recipients", "carol@example.org, mallory@example.net"),
    ]


# The check at the click.


async def test_nothing_new_is_no_change() -> None:
    at = World(mail("m1"), mail("d1", labels=("DRAFT",)))
    assert await reply().check(at.desk) is None


async def test_a_new_mail_in_the_thread_makes_it_stale_and_renews_the_card() -> None:
    news = mail(
        "m2", text="Never mind!", received=mail("m1").email.received + timedelta(hours=1), references=("<m1@x>",)
    )
    at, action = World(mail("m1"), news), reply()
    change = await action.check(at.desk)
    assert change is not None
    assert change.sentence == "Carol has written in this thread since the preview: “Never mind!”"
    renewed = change.renewed
    assert isinstance(renewed, SendReply)
    assert (renewed.in_reply_to, renewed.references, renewed.seen) == ("<m2@example.org>", ("<m1@x>",), ("m1", "m2"))
    assert renewed.body == action.body
    assert renewed.id != action.id
    assert await renewed.check(at.desk) is None


async def test_an_answer_of_ones_own_makes_it_stale_too() -> None:
    mine = mail("m2", labels=("SENT",), text="Done already.", received=mail("m1").email.received + timedelta(hours=1))
    change = await reply().check(World(mail("m1"), mine).desk)
    assert change is not None
    assert change.sentence == "You have answered in this thread since the preview: “Done already.”"
    assert isinstance(change.renewed, SendReply)
    assert change.renewed.answers == reply().answers


async def test_a_thread_that_is_gone_cant_be_answered() -> None:
    change = await reply().check(World().desk)
    assert change is not None
    assert change.renewed is None


async def test_a_draft_left_half_made_is_tidied_away() -> None:
    at, action = world(), reply()
    await action.abandon(at.desk, at.ledger)  # nothing made yet
    at.mailbox.faults.extend([(True, None), (False, Refused(provider="Gmail", why="no"))])
    with pytest.raises(Refused):
        await action.perform(at.desk, at.ledger)
    await action.abandon(at.desk, at.ledger)
    assert at.mailbox.drafts == ()


async def test_a_sent_mail_cant_be_undone() -> None:
    at = world()
    assert reply().card().undo == ""
    with pytest.raises(NotImplementedError):
        await reply().undo(at.desk, at.ledger)
