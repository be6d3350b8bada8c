"""Passing mails on: what the card names, what goes out, and that each goes out once."""

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.actions import MAX_FORWARDED, ForwardEmails, Outcome
from app.domain.actions.forward import MAX_SIZE, Forwarded
from app.domain.cards import MAX_RECIPIENTS, Origin, Recipient
from app.domain.desk import Desk
from app.domain.errors import FormErrors, Refused, Unanswered
from app.domain.mailboxes import Enclosed, Original
from app.domain.types import AccountId, AccountRef, Address, Attachment
from tests.fakes import MemoryCalendar, MemoryMailbox
from tests.samples import ANN, WORK, account
from tests.unit.desk_world import ListLedger, World, mail

LOST = Unanswered(provider="Gmail")
DANA = Recipient(address=Address(email="dana@example.org", name="Dana"), role="to", origin=Origin.CONTACT)
PDF = Enclosed(name="budget.pdf", kind="application/pdf", content=bytes(range(256)))


def forwarded(ident: str = "m1", **more: Any) -> Forwarded:
    read = mail(ident).email
    return Forwarded(id=ident, thread=read.thread, sender="Carol", subject=read.subject, received=read.received, **more)


def forward(*mails: Forwarded, **more: Any) -> ForwardEmails:
    given_ = {"source": WORK, "sender": Address(email=WORK.email, name="Ann"), "recipients": (DANA,)} | more
    return ForwardEmails(account=WORK, mails=mails or (forwarded(),), **given_)


def parsed(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


def world(*idents: str) -> World:
    at = World()
    for ident in idents or ("m1",):
        at.mailbox.put(mail(ident, thread=f"t-{ident}"), PDF)
    return at


# The card.


def test_the_card_names_mails_files_and_where_they_come_from() -> None:
    home = AccountRef(id=AccountId(ANN.id), name="home", email="ann@home.example")
    files = (Attachment(name="budget.pdf", size=12_400), Attachment(name="a.txt", size=7))
    card = forward(forwarded("m1", attachments=files), forwarded("m2"), source=home, body="FYI").card()
    assert (card.title, card.approve, card.body) == ("Forward 2 mails", "Forward", "FYI")
    assert [(i.title, i.detail) for i in card.items] == [
        ("Lunch", "Carol, 1 Mar 2026 · budget.pdf (12 kB), a.txt (7 B)"),
        ("Lunch", "Carol, 1 Mar 2026"),
    ]
    assert [(f.label, f.value) for f in card.fields] == [("Taken from", "home (ann@home.example)")]
    assert card.confirmations == 1
    assert forward().card().fields == ()


def test_a_waiting_card_is_prepared_anew_by_its_tool() -> None:
    asked = forward(forwarded("m1"), forwarded("m2"), body="FYI").asked(World().now)
    assert asked == {"do": "forward", "threads": ["work:t1"], "to": ["Dana <dana@example.org>"], "note": "FYI"}


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (forward(recipients=()), "Nobody is named"),
        (forward(recipients=(DANA.model_copy(update={"address": Address(email="a b@c")}),)), "isn't an address"),
        (forward(recipients=(DANA,) * (MAX_RECIPIENTS + 1)), f"{MAX_RECIPIENTS}"),
        (forward(*[forwarded()] * (MAX_FORWARDED + 1)), f"at most {MAX_FORWARDED} mails"),
        (
            forward(forwarded(attachments=(Attachment(name="x", size=MAX_SIZE + 1),))),
            "“Lunch” is too large to forward: it has 18 MB",
        ),
    ],
)
def test_what_cant_be_forwarded_is_said_before_the_click(action: ForwardEmails, says: str) -> None:
    with pytest.raises(FormErrors, match=says):
        action.vetted(World().now)


# The bytes.


def test_a_forwarded_mail_carries_words_text_and_files() -> None:
    html = Enclosed(name="logo.png", kind="image/png", content=b"\x89PNG", cid="<logo@x>")
    within = Enclosed(name="old.eml", kind="message/rfc822", content=b"Subject: Old\r\n\r\nHi\r\n")
    original = Original(
        email=mail("m1", cc=(Address(email="eve@example.org"),)).email,
        text="How about lunch?",
        html='<p>How about lunch? <img src="cid:logo@x"></p>',
        enclosed=(PDF, html, within),
    )
    action = forward(body="What do you think?\n\nAnn")
    made = parsed(action.raw(0, original))
    assert made["To"] == "Dana <dana@example.org>"
    assert made["Subject"] == "Fwd: Lunch"
    assert (made["In-Reply-To"], made["References"]) == (None, None)
    plain, rich = made.get_body(("plain",)), made.get_body(("html",))
    assert plain is not None
    assert rich is not None
    text = plain.get_content().replace("\r\n", "\n")
    assert text.startswith("What do you think?\n\nAnn\n\n---------- Forwarded message ---------\nFrom: Carol <carol@")
    assert "Cc: eve@example.org\n\nHow about lunch?" in text
    assert '<img src="cid:logo@x">' in rich.get_content()
    assert "What do you think?" in rich.get_content()
    parts = {p.get_filename(): p for p in made.walk() if p.get_filename()}
    assert parts["budget.pdf"].get_payload(decode=True) == PDF.content
    assert parts["logo.png"]["Content-ID"] == "<logo@x>"
    assert parts["old.eml"].get_content_type() == "message/rfc822"


@given(st.binary(max_size=300), st.text(max_size=40), st.text(max_size=80), st.sampled_from(["a/b", "text/plain"]))
def test_whatever_is_forwarded_arrives_as_it_was(content: bytes, name: str, text: str, kind: str) -> None:
    part = Enclosed(name=name, kind=kind, content=content, charset=name)
    original = Original(email=mail("m1").email, text=text, enclosed=(part,))
    action = forward()
    raw = action.raw(0, original)
    assert raw == action.raw(0, original)
    (part,) = [p for p in parsed(raw).walk() if p.get_content_disposition() == "attachment"]
    assert part.get_payload(decode=True) == content


# The deed.


async def test_each_mail_goes_out_once_with_an_identity_of_its_own() -> None:
    at, action = world("m1", "m2"), forward(forwarded("m1"), forwarded("m2"))
    receipt = await action.perform(at.desk, at.ledger)
    made = [parsed(raw) for raw in at.mailbox.sent_bytes]
    assert len({m["Message-ID"] for m in made}) == len({m["X-Steward-Action"] for m in made}) == 2
    assert receipt.summary == "Forwarded 2 mails to Dana <dana@example.org>"
    assert at.mailbox.drafts == ()
    assert [action.progress(n) for n in at.ledger.notes if n.step == "sent"] == ["1 of 2 mails", "2 of 2 mails"]


@pytest.mark.parametrize("failing", range(6))
@pytest.mark.parametrize("committed", [True, False])
async def test_a_lost_answer_at_any_step_doubles_nothing(failing: int, *, committed: bool) -> None:
    idents = ("m1", "m2", "m3")
    at, action = world(*idents), forward(*map(forwarded, idents))
    at.mailbox.faults.extend([(True, None)] * failing + [(committed, LOST)])
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    outcome, _ = await action.reconcile(at.desk, at.ledger)
    if outcome is Outcome.NOT_DONE:
        await action.perform(at.desk, at.ledger)
    assert len(at.mailbox.sent_bytes) == 3
    assert len({parsed(raw)["Message-ID"] for raw in at.mailbox.sent_bytes}) == 3
    assert at.mailbox.drafts == ()
    assert (await action.reconcile(at.desk, at.ledger))[0] is Outcome.DONE


async def test_a_killed_worker_is_followed_from_each_note() -> None:
    for cut in range(1, 9):
        at, action = world("m1", "m2"), forward(forwarded("m1"), forwarded("m2"))
        await action.perform(at.desk, at.ledger)
        left = ListLedger(at.clock, at.ledger.notes[:cut])
        if left.steps[-1] not in ("sending", "sent"):
            continue  # what was made after it is not to be had from a finished run; see above
        outcome, _ = await action.reconcile(at.desk, left)
        done = sum(step == "sent" for step in left.steps)
        assert (outcome is Outcome.DONE) is (done == 2)


async def test_a_draft_the_person_deleted_leaves_it_unknown_and_the_rest_unsent() -> None:
    at, action = world("m1", "m2"), forward(forwarded("m1"), forwarded("m2"))
    at.mailbox.faults.extend([(True, None), (False, LOST)])
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    await at.mailbox.delete_draft(at.mailbox.drafts[0].id)
    assert await action.reconcile(at.desk, at.ledger) == (Outcome.UNKNOWN, None)
    assert at.mailbox.sent_bytes == []


async def test_a_mail_that_is_gone_is_skipped_and_said_to_be() -> None:
    at, action = world("m1"), forward(forwarded("gone"), forwarded("m1"))
    assert await action.check(at.desk) is None
    receipt = await action.perform(at.desk, at.ledger)
    assert receipt.summary == "Forwarded 1 mail to Dana <dana@example.org>; 1 was gone"
    change = await forward(forwarded("gone")).check(at.desk)
    assert change is not None
    assert change.sentence == "This mail is gone since the preview."


async def test_what_went_out_before_a_refusal_stands() -> None:
    at, action = world("m1", "m2"), forward(forwarded("m1"), forwarded("m2"))
    assert await action.achieved(at.ledger) is None
    at.mailbox.faults.extend([(True, None)] * 2 + [(False, Refused(provider="Gmail", why="no"))])
    with pytest.raises(Refused):
        await action.perform(at.desk, at.ledger)
    stands = await action.achieved(at.ledger)
    assert stands is not None
    assert stands.summary == "Forwarded 1 of 2 mails to Dana <dana@example.org>"
    await action.abandon(at.desk, at.ledger)
    assert at.mailbox.drafts == ()


async def test_mails_of_one_account_can_be_sent_from_another() -> None:
    at = world("m1")
    mine = account(email="ann@home.example", name="home")
    home = MemoryMailbox(mine, at.clock)
    desk = Desk(ANN, mailboxes=[at.mailbox, home], calendars=[MemoryCalendar(mine)])
    other = AccountRef(id=mine.id, name="home", email=mine.email)
    action = forward().renewed(account=other, source=WORK, sender=Address(email=mine.email))
    await action.perform(desk, at.ledger)
    assert (len(home.sent_bytes), at.mailbox.sent_bytes) == (1, [])
    assert parsed(home.sent_bytes[0])["From"] == "ann@home.example"
    at.clock.advance(timedelta(seconds=1))
