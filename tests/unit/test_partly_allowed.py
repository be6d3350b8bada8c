"""Accounts of which only the calendars or only the mail may be read: what needs the other asks for it by its name."""

import pytest

from app.agent.tools.calendar import CreateEvent, ListEvents
from app.agent.tools.event_changes import ChangeEvents
from app.agent.tools.mail import SearchMail
from app.agent.tools.writing import WriteMail
from app.domain.cards import Origin
from app.domain.desk import Desk, reference
from app.domain.errors import ScopeMissing
from app.domain.permissions import Permission
from tests.fakes import MemoryCalendar, MemoryMailbox
from tests.samples import ANN, WORK, account
from tests.unit.desk_world import mail, meeting
from tests.unit.test_agent_tools import DAY, Table

P = Permission
DANA = "dana@example.org"
CLUB = account(email="ann@club.example", name="club", subject="3", scopes=(P.READ_CALENDAR, P.CHANGE_CALENDAR))
POST = account(email="ann@post.example", name="post", subject="4", scopes=(P.READ_MAIL, P.CHANGE_MAIL))


def table(*, others: bool = True) -> Table:
    """Beside the usual accounts one with calendars only, and one with mail only."""
    made = Table(mail("s1", labels=("SENT",), to=(mail().email.sender,)), text=f"with {DANA}")
    calendar = MemoryCalendar(CLUB)
    match = meeting(made.now + DAY, title="Match", id="c1")
    calendar.put(match.model_copy(update={"account": reference(CLUB)}))
    usual = made.bench.desk
    made.bench.desk = Desk(
        usual.person,
        mailboxes=[*(usual.mailboxes if others else ()), MemoryMailbox(POST, made.clock)],
        calendars=[calendar, *(usual.calendars if others else ())],
        accounts=[CLUB, POST, *(usual.accounts if others else ())],
    )
    return made


@pytest.mark.parametrize("guests", [[], [DANA]])
@pytest.mark.parametrize("others", [True, False])
async def test_an_event_needs_no_mail(*, others: bool, guests: list[str]) -> None:
    made = table(others=others)
    await made.use(CreateEvent(title="Match", start="tomorrow at 5pm", account="club", guests=guests))
    assert made.proposed.account.name == "club"
    assert [g.origin for g in made.proposed.guests] == [Origin.TYPED] * len(guests)


async def test_a_guest_is_known_from_the_mail_of_other_accounts() -> None:
    made = table()
    await made.use(CreateEvent(title="Match", start="tomorrow at 5pm", account="club", guests=["carol@example.org"]))
    (carol,) = made.proposed.guests
    assert (carol.origin, carol.evidence) == (Origin.CONTACT, "1 mail to them")


@pytest.mark.parametrize("more", [{"title": "Final"}, {"add_guests": [DANA]}])
async def test_an_event_is_changed_without_mail(more: dict[str, object]) -> None:
    made = table(others=False)
    await made.use(ChangeEvents(do="edit", events=["club:primary:c1"], **more))  # type: ignore[arg-type]
    assert len(made.bench.actions) == 1


@pytest.mark.parametrize(
    ("tool", "missing", "permission"),
    [
        (SearchMail(account="club"), CLUB, P.READ_MAIL),
        (WriteMail(kind="new", to=[DANA], subject="Hi", body="Hi", account="ann@club.example"), CLUB, P.READ_MAIL),
        (ListEvents(start="tomorrow", account="post"), POST, P.READ_CALENDAR),
        (CreateEvent(title="Match", start="tomorrow at 5pm", account="post"), POST, P.READ_CALENDAR),
    ],
)
async def test_what_isnt_allowed_yet_is_asked_for(tool: object, missing: object, permission: Permission) -> None:
    with pytest.raises(ScopeMissing) as asked:
        await table().use(tool)  # type: ignore[arg-type]
    assert asked.value.needs == {missing.id: (permission,)}  # type: ignore[attr-defined]
    assert missing.email in asked.value.sentence  # type: ignore[attr-defined]


def test_an_account_is_named_even_when_it_was_known_by_its_id_only() -> None:
    with pytest.raises(ScopeMissing, match="club"):
        Desk(ANN, mailboxes=[], calendars=[], accounts=[CLUB]).mailbox(CLUB.id)
    everything = account(email=WORK.email, name="work")
    with pytest.raises(ScopeMissing) as odd:
        Desk(ANN, mailboxes=[], calendars=[], accounts=[everything]).mailbox(everything.id)
    assert (odd.value.needs, WORK.email in odd.value.sentence) == ({}, True)
