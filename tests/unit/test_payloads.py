"""An action's payload: one text, one hash, and back again."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.actions import Action, ArchiveEmails, CreateEvent, canonical, restore
from app.domain.cards import Origin, Recipient
from app.domain.types import AccountId, AccountRef, ActionId, Address, MailQuery
from tests.samples import archive, event, reply

IDENT = ActionId(UUID("12345678-1234-5678-1234-567812345678"))
START = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
words = st.text(max_size=40)


@st.composite
def actions(draw: st.DrawFn) -> Action:
    zone = timezone(timedelta(minutes=draw(st.integers(-14 * 60, 14 * 60))))
    start = datetime.fromtimestamp(draw(st.integers(0, 2**32)), zone)
    name, email = draw(words), draw(words)
    recipient = Recipient(
        address=Address(email=email, name=name), role="to", origin=draw(st.sampled_from(list(Origin)))
    )
    made: tuple[Action, ...] = (
        archive(*draw(st.lists(words, max_size=5))).renewed(query=MailQuery(words=draw(words), before=start.date())),
        reply(body=draw(words), subject=draw(words), recipients=(recipient,)),
        event(start).renewed(title=draw(words), notes=draw(words), guests=(recipient,)),
    )
    return draw(st.sampled_from(made))


@given(actions())
def test_what_is_kept_comes_back_as_it_was(action: Action) -> None:
    kept = canonical(action)
    again = restore(json.loads(kept))
    assert type(again) is type(action)
    assert again == action
    assert canonical(again) == kept
    assert again.sha256 == action.sha256 == sha256(kept.encode()).hexdigest()
    assert again.card() == action.card()


@given(actions(), st.text(min_size=1, max_size=5))
def test_whatever_is_approved_is_bound_by_the_hash(action: Action, more: str) -> None:
    payload = json.loads(canonical(action))
    for field in [
        f for f, value in payload.items() if isinstance(value, str) and f in ("subject", "body", "title", "notes")
    ]:
        changed = restore({**payload, field: payload[field] + more})
        assert changed.sha256 != action.sha256


def test_the_same_payload_has_the_same_hash_in_every_release() -> None:
    """Kept approvals are bound to these bytes: a change of form would orphan every one of them."""
    account = AccountRef(id=AccountId(UUID(int=1)), name="work", email="ann@example.com")
    action = ArchiveEmails(id=IDENT, account=account, query=MailQuery(words="naïve"), ids=("m1",), samples=())
    assert canonical(action) == (
        '{"account":{"email":"ann@example.com","id":"00000000-0000-0000-0000-000000000001","name":"work"},'
        '"id":"12345678-1234-5678-1234-567812345678","ids":["m1"],"kind":"ArchiveEmails",'
        '"left_out":[],"older_than":null,"people":[],"query":{"before":null,"category":"","label":"","sender":"","since":null,"subject":"","to":"","unread":null,'
        '"where":"anywhere","words":"na\\u00efve"},"samples":[],"writers":[]}'
    )
    assert action.sha256 == sha256(canonical(action).encode()).hexdigest()


def test_what_a_search_leaves_out_is_bound_too() -> None:
    narrowed = archive().renewed(query=MailQuery(left_out=("social",)))
    assert restore(json.loads(canonical(narrowed))) == narrowed
    assert '"left_out":["social"]' in canonical(narrowed)


def test_a_kind_that_is_gone_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        restore({"kind": "DeleteEverything"})


@pytest.mark.parametrize("action", [archive(), reply(), event(START)], ids=lambda a: a.kind)
def test_a_payload_with_something_unknown_in_it_is_refused(action: Action) -> None:
    with pytest.raises(ValidationError):
        restore({**json.loads(canonical(action)), "forward_to": "mallory@example.net"})


@pytest.mark.parametrize("action", [archive(), reply(), event(START)], ids=lambda a: a.kind)
def test_an_action_is_frozen(action: Action) -> None:
    with pytest.raises(ValidationError):
        action.id = ActionId(uuid4())  # type: ignore[misc]


def test_a_renewed_action_is_another_one_and_validated() -> None:
    old = event(START)
    new = old.renewed(title="Retro")
    assert isinstance(new, CreateEvent)
    assert (new.title, new.start) == ("Retro", old.start)
    assert len({old.id, new.id}) == len({old.event_id, new.event_id}) == 2
    with pytest.raises(ValidationError):
        old.renewed(start=datetime(2026, 3, 5, 14, 0))  # noqa: DTZ001  (naive)


@given(st.uuids())
def test_an_event_id_is_one_that_google_takes(ident: UUID) -> None:
    """Calendar API, events.insert: base32hex in lower case, 5 to 1,024 characters, unique."""
    made = event(START).model_copy(update={"id": ident}).event_id
    assert set(made) <= set("0123456789abcdefghijklmnopqrstuv")
    assert 5 <= len(made) <= 1_024


def test_every_kind_says_what_it_is_busy_with() -> None:
    for kind in Action.KINDS.values():
        assert kind.busy_text != Action.busy_text
