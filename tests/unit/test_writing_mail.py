"""New mails and drafts: what goes out, what stays, and how the tool comes to it."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import pytest

from app.agent.tools import ChangeMail, SearchMail, WriteMail
from app.domain import actions
from app.domain.actions import Outcome, SaveDraft, SendMail
from app.domain.cards import Origin, Recipient
from app.domain.errors import Conflict, FormErrors, Refusal, StewardError, Throttled, Unanswered, UnclearAccount
from app.domain.types import Address
from tests.fakes import ManualClock
from tests.samples import WORK
from tests.unit.desk_world import World, mail
from tests.unit.test_agent_tools import Table

LOST = Unanswered(provider="Gmail")
DANA = Address(email="dana@example.org", name="Dana")
NOW, DAY = ManualClock().now(), timedelta(days=1)


def written(kind: type[SendMail] | type[SaveDraft] = SendMail, **more: Any) -> Any:
    given = {
        "sender": Address(email=WORK.email, name="Ann"),
        "recipients": (Recipient(address=DANA, role="to", origin=Origin.CONTACT),),
        "subject": "Agenda",
        "body": "Here it is.",
    }
    return kind(account=WORK, **given | more)


# A new mail.


async def test_a_new_mail_goes_out_once_and_begins_a_thread() -> None:
    at, action = World(), written()
    receipt = await action.perform(at.desk, at.ledger)
    made = message_from_bytes(at.mailbox.sent_bytes[0], policy=SMTP)
    assert (made["Subject"], made["To"], made["In-Reply-To"]) == ("Agenda", "Dana <dana@example.org>", None)
    assert (receipt.summary, receipt.differences) == ("Sent to Dana <dana@example.org>", ())
    assert await action.check(at.desk) is None


@pytest.mark.parametrize("failing", [0, 1])
@pytest.mark.parametrize("committed", [True, False])
async def test_a_lost_answer_never_sends_twice(failing: int, *, committed: bool) -> None:
    at, action = World(), written()
    at.mailbox.faults.extend([(True, None)] * failing + [(committed, LOST)])
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    if (await action.reconcile(at.desk, at.ledger))[0] is Outcome.NOT_DONE:
        await action.perform(at.desk, at.ledger)
    assert (len(at.mailbox.sent_bytes), at.mailbox.drafts) == (1, ())


def test_an_alias_stands_on_the_card() -> None:
    card = written(sender=Address(email="press@example.com")).card()
    assert [(f.label, f.value) for f in card.fields] == [("From", "press@example.com"), ("Subject", "Agenda")]
    assert [f.label for f in written().card().fields] == ["Subject"]


# A draft.


@pytest.mark.parametrize(("committed", "late"), [(True, False), (False, False), (False, True)])
async def test_a_draft_is_saved_once_and_deleted_again(*, committed: bool, late: bool) -> None:
    at, action = World(), written(SaveDraft)
    at.mailbox.faults.append((committed, LOST))
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    if (await action.reconcile(at.desk, at.ledger))[0] is Outcome.NOT_DONE:
        with pytest.raises(Throttled):  # the first one may still arrive
            await action.perform(at.desk, at.ledger)
        if late:
            await at.mailbox.create_draft(action.raw(), thread=None)
        outcome, receipt = await action.reconcile(at.desk, at.ledger)
        assert outcome is Outcome.DONE
        assert receipt
        assert receipt.summary == "Saved among your drafts in work"
    assert (len(at.mailbox.drafts), at.mailbox.sent_bytes) == (1, [])
    assert (await action.undo(at.desk, at.ledger)).summary == "The draft is deleted"
    assert at.mailbox.drafts == ()
    assert (await action.undo(at.desk, at.ledger)).summary == "The draft was gone already"


async def test_a_draft_that_the_person_went_on_with_stays() -> None:
    at, action = World(), written(SaveDraft)
    await action.perform(at.desk, at.ledger)
    at.mailbox.work_on(at.mailbox.drafts[0].id)
    with pytest.raises(Conflict, match="worked on the draft"):
        await action.undo(at.desk, at.ledger)
    assert len(at.mailbox.drafts) == 1


async def test_a_draft_that_the_person_has_sent_is_not_made_anew_and_stays_out() -> None:
    at, action = World(), written(SaveDraft)
    at.mailbox.faults.append((True, LOST))
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    await at.mailbox.send_draft(at.mailbox.drafts[0], action.raw())
    outcome, receipt = await action.reconcile(at.desk, at.ledger)
    assert outcome is Outcome.DONE
    assert receipt
    assert receipt.summary == "Saved among your drafts in work; you have sent it since"
    with pytest.raises(Conflict, match="you have sent it since"):
        await action.undo(at.desk, at.ledger)


async def test_a_draft_of_an_answer_is_shown_anew_when_its_thread_went_on() -> None:
    at = World(mail("m1"))
    action = written(SaveDraft, thread="t1", in_reply_to="<m1@example.org>", seen=("m1",))
    assert await action.check(at.desk) is None
    at.mailbox.put(mail("m2", text="Never mind."))
    change = await action.check(at.desk)
    assert change is not None
    assert change.sentence == "Carol has written in this thread since the preview: “Never mind.”"
    assert isinstance(change.renewed, SaveDraft)
    assert (change.renewed.in_reply_to, change.renewed.seen) == ("<m2@example.org>", ("m1", "m2"))
    assert await change.renewed.check(at.desk) is None


async def test_a_draft_of_an_answer_isnt_saved_where_there_is_nothing_to_answer() -> None:
    at, action = World(), written(SaveDraft, thread="t1", seen=("m1",))
    change = await action.check(at.desk)
    assert change is not None
    assert (change.sentence, change.renewed) == ("The thread to answer in is gone since the preview.", None)


def test_a_draft_may_have_no_recipient_yet_and_says_that_nothing_is_sent() -> None:
    card = written(SaveDraft, recipients=()).vetted(NOW).card()
    assert card.summary == "Among your drafts in Gmail. Nothing is sent."
    assert card.undo
    with pytest.raises(FormErrors):
        written(recipients=()).vetted(NOW)


# The tool that writes.


async def test_a_new_mail_is_prepared_with_its_recipients_marked() -> None:
    at = Table(text="mail dana@example.org and eve@example.net the agenda")
    await at.use(WriteMail(kind="new", to=["Dana <dana@example.org>"], cc=["x@y.example"], subject="A", body="Hi"))
    people = {r.address.email: (r.role, r.origin) for r in at.proposed.recipients}
    assert people == {"dana@example.org": ("to", Origin.TYPED), "x@y.example": ("cc", Origin.UNSEEN)}
    assert isinstance(at.proposed, actions.SendMail)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"to": ["Dana"]}, "find_person"),
        ({"to": []}, "goes to nobody"),
        ({"to": ["dana@"]}, "is no address"),
        ({"to": ["dana@example.org"], "body": ""}, "no text"),
        ({"to": ["dana@example.org"], "subject": " "}, "no subject"),
    ],
)
async def test_what_no_mail_can_be_made_of_is_refused(given: dict[str, Any], says: str) -> None:
    at = Table()
    with pytest.raises(StewardError, match=says):
        await at.use(WriteMail(**{"kind": "new", "body": "Hi", "subject": "A"} | given))
    assert at.bench.actions == []


async def test_a_draft_is_saved_when_only_a_draft_is_wanted() -> None:
    at = Table(mail("m1"))
    await at.use(WriteMail(kind="reply", thread="work:t1", body="Yes.", draft_only=True))
    draft = at.proposed
    assert isinstance(draft, SaveDraft)
    assert (draft.thread, draft.in_reply_to, draft.subject) == ("t1", "<m1@example.org>", "Re: Lunch")
    assert draft.seen == ("m1",)
    assert draft.asked(at.now)["draft_only"] is True


async def test_a_reply_comes_from_the_alias_that_was_written_to() -> None:
    at = Table(mail("m1", to=(Address(email="Press@example.com"),)))
    at.work.answers_as(Address(email="press@example.com", name="Press"))
    await at.use(WriteMail(kind="reply_all", thread="work:t1", body="Yes."))
    assert at.proposed.sender == Address(email="press@example.com", name="Press")
    assert [r.address.email for r in at.proposed.recipients] == ["carol@example.org"]


@pytest.mark.parametrize("named", ["press@example.com", "Press", "The Press Desk"])
@pytest.mark.parametrize(
    "kind",
    [
        {"kind": "new", "subject": "Hi"},
        {"kind": "reply", "thread": "work:t1"},
        {"kind": "forward", "thread": "work:t1"},
    ],
)
async def test_a_mail_goes_out_from_the_alias_that_is_named(kind: dict[str, Any], named: str) -> None:
    at = Table(mail("m1"), text="to sam@example.org")
    at.work.answers_as(Address(email="press@example.com", name="The Press Desk"), Address(email="jobs@example.com"))
    await at.use(WriteMail(to=["sam@example.org"], body="Hello.", account=named, **kind))
    assert (at.proposed.account.name, at.proposed.sender.email) == ("work", "press@example.com")
    if kind["kind"] != "forward":  # asked for anew, with other words, it still is
        assert at.proposed.asked(at.now)["account"] == "press@example.com"


async def test_an_alias_that_isnt_known_or_of_another_account_is_none_to_send_from() -> None:
    at = Table(mail("m1"))
    at.home.answers_as(Address(email="club@home.example"))
    with pytest.raises(UnclearAccount, match=r"work, home, club@home\.example"):
        await at.use(WriteMail(kind="new", to=["carol@example.org"], subject="Hi", body="Hello.", account="press"))
    with pytest.raises(Refusal, match="work, which doesn't write as club"):
        await at.use(WriteMail(kind="reply", thread="work:t1", body="Yes.", account="club"))


async def test_a_person_is_answered_by_name_without_a_thread() -> None:
    dana = mail("m2", thread="t2", sender=DANA, received=NOW - DAY)
    at = Table(mail("m1"), dana)
    await at.use(WriteMail(kind="reply", to=["Dana"], body="Yes."))
    assert (at.proposed.thread, at.proposed.recipients[0].address) == ("t2", DANA)
    for nobody in ([], ["Nobody"]):
        with pytest.raises(Refusal):
            await at.use(WriteMail(kind="reply", to=nobody, body="Yes."))


async def test_a_name_that_fits_two_people_is_asked_about() -> None:
    others = mail("m2", thread="t2", sender=Address(email="dana@other.example", name="Dana Two"))
    at = Table(mail("m1", sender=DANA), others)
    with pytest.raises(Refusal, match="could be Dana"):
        await at.use(WriteMail(kind="reply", to=["Dana"], body="Yes."))


async def test_a_reply_can_go_to_somebody_else_by_address() -> None:
    at = Table(mail("m1"), text="to sam@example.org instead")
    await at.use(WriteMail(kind="reply", thread="work:t1", to=["sam@example.org"], body="Yes."))
    assert [r.address.email for r in at.proposed.recipients] == ["sam@example.org"]


async def test_a_thread_is_forwarded_by_its_last_mail() -> None:
    at = Table(mail("m1", received=NOW - 2 * DAY), mail("m2", received=NOW - DAY), text="to sam@example.org")
    await at.use(WriteMail(kind="forward", thread="work:t1", to=["sam@example.org"], body="FYI", account="home"))
    action = at.proposed
    assert isinstance(action, actions.ForwardEmails)
    assert [m.id for m in action.mails] == ["m2"]
    assert (action.account.name, action.source.name, action.body) == ("home", "work", "FYI")
    with pytest.raises(Refusal):
        await at.use(WriteMail(kind="forward", thread="work:t1", to=["sam@example.org"], draft_only=True))


# The tool that changes many.


@pytest.mark.parametrize(
    ("given", "kind", "ids"),
    [
        ({"do": "label", "name": "Fun", "sender": "carol"}, "LabelEmails", ("m2", "m1", "m0")),
        ({"do": "read"}, "MarkEmails", ("m1",)),
        ({"do": "unread"}, "MarkEmails", ("m0",)),
        ({"do": "trash", "words": "lunch"}, "TrashEmails", ("m2", "m1", "m0")),
        ({"do": "restore"}, "RestoreEmails", ("m3",)),
        ({"do": "inbox", "sender": "carol"}, "RestoreEmails", ("m2",)),
        ({"do": "unlabel", "name": "Travel"}, "LabelEmails", ("m2",)),
        ({"do": "trash", "threads": ["work:t1"]}, "TrashEmails", ("m0", "m1", "m2")),
        ({"do": "archive", "threads": ["work:t1"]}, "ArchiveEmails", ("m0", "m1")),
        ({"do": "forward", "threads": ["work:t1"], "to": ["sam@example.org"]}, "ForwardEmails", ("m2",)),
    ],
    ids=lambda case: str(case.get("do")) if isinstance(case, dict) else "",
)
async def test_each_change_takes_the_mails_it_makes_a_difference_to(
    given: dict[str, Any], kind: str, ids: tuple[str, ...]
) -> None:
    places = [("INBOX",), ("INBOX", "UNREAD"), ("Travel",), ("TRASH",)]
    at = Table(*(mail(f"m{n}", labels=place, received=NOW - (5 - n) * DAY) for n, place in enumerate(places)))
    await at.use(ChangeMail(**given))
    action: Any = at.proposed
    assert action.kind == kind
    assert (action.ids if kind != "ForwardEmails" else tuple(m.id for m in action.mails)) == ids
    card = action.vetted(at.now).card()
    assert "1 mails" not in f"{card.title} {card.summary}"


@pytest.mark.parametrize("tool", [ChangeMail(do="trash"), ChangeMail(do="forward", to=["sam@example.org"])])
async def test_not_every_mail_there_is_goes_at_once(tool: ChangeMail) -> None:
    with pytest.raises(Refusal, match="Say which mails"):
        await Table(mail("m1")).use(tool)


async def test_a_span_in_words_becomes_days() -> None:
    at = Table()
    query = SearchMail(when="last week").query(at.bench, "anywhere")
    assert (str(query.since), str(query.before)) == ("2026-02-23", "2026-03-02")


async def test_open_threads_are_listed_with_how_long_they_wait() -> None:
    waiting = mail("m1", received=NOW - 3 * DAY)
    answered = mail("m2", thread="t2", received=NOW - 3 * DAY)
    mine = mail("m3", thread="t2", labels=("SENT",), sender=Address(email=WORK.email), to=(DANA,), received=NOW - DAY)
    at = Table(waiting, answered, mine, mail("m4", thread="t4", bulk=True))
    by_me = await at.use(SearchMail(owed="by_me"))
    assert [(t["thread"], t["waiting_days"]) for t in by_me["threads"]] == [("work:t1", 3)]
    to_me = await at.use(SearchMail(owed="to_me"))
    assert [(t["thread"], t["waiting_days"]) for t in to_me["threads"]] == [("work:t2", 1)]
