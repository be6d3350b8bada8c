"""A structured search as Gmail reads it, by a parser written from Gmail's documentation: what each field asks for."""

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.domain.types import MailQuery
from integrations.google.syntax import gmail_query
from tests.contract.gmail_search import Letter, contains, everything, matching

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
WORDS = ("budget", "lunch", "harbour", "sale", "or", "subject")
PEOPLE = ("Amy North <amy@north.example>", "Ben South <ben@south.example>", "Carla Ortega <carla@north.example>")
word = st.sampled_from(WORDS)
words = st.lists(word, max_size=3).map(" ".join)
SPOILT = ("{}", '"{}"', "-{}", "from:{}", "({} OR", "{}}}", "AROUND {}")


@st.composite
def letters(draw: st.DrawFn) -> list[Letter]:
    made = []
    for number in range(draw(st.integers(1, 8))):
        labels = draw(st.sets(st.sampled_from(("UNREAD", "INBOX", "SPAM", "TRASH", "SENT"))))
        made.append(
            Letter(
                *(f"m{number}", draw(st.sampled_from(PEOPLE)), draw(st.sampled_from(PEOPLE)), "", ""),
                subject=draw(words),
                body=draw(words),
                labels=frozenset(labels),
                received=NOW,
                size=100,
                files=("plan.pdf",) if draw(st.booleans()) else (),
            )
        )
    return made


senders = st.lists(st.sampled_from(("Amy", "carla@north.example", "Ben South", "nobody")), max_size=3)


@st.composite
def queries(draw: st.DrawFn) -> MailQuery:
    return MailQuery(
        words=draw(words),
        sender=draw(st.sampled_from((" or ", " OR "))).join(draw(senders)),
        subject=draw(words),
        unread=draw(st.none() | st.booleans()),
        where=draw(st.sampled_from(("inbox", "sent", "trash", "anywhere"))),
        attachment=draw(st.none() | st.booleans()),
        exact_phrase=draw(words),
        without=draw(words),
    )


def plain(query: MailQuery, letter: Letter) -> bool:
    """What the fields say, said once more."""
    place = {"anywhere": None, "trash": "TRASH", "inbox": "INBOX", "sent": "SENT"}[query.where]
    hidden = {"SPAM"} if query.where == "trash" else {"SPAM", "TRASH"}
    texts = everything(letter)
    named = re.split(" or ", query.sender, flags=re.IGNORECASE) if query.sender else []
    return (
        not hidden & letter.labels
        and (place is None or place in letter.labels)
        and all(any(contains(text, one) for text in texts) for one in query.words.split())
        and all(contains(letter.subject, one) for one in query.subject.split())
        and (not named or any(all(contains(letter.sender, part) for part in one.split()) for one in named))
        and query.unread in (None, "UNREAD" in letter.labels)
        and query.attachment in (None, bool(letter.files))
        and (not query.exact_phrase or any(contains(text, query.exact_phrase) for text in texts))
        and not any(contains(text, one) for one in query.without.split() for text in texts)
    )


@given(queries(), letters())
def test_a_search_finds_what_its_fields_say(query: MailQuery, mails: list[Letter]) -> None:
    expected = {letter.key for letter in mails if plain(query, letter)}
    assert matching(gmail_query(query, "Europe/Vienna"), mails, NOW) == expected


@given(
    st.lists(st.sampled_from(SPOILT), min_size=4, max_size=4),
    st.lists(st.sampled_from(("budget", "lunch", "harbour", "sale")), min_size=4, max_size=4),
    letters(),
)
def test_nothing_in_a_field_becomes_an_operator(spoilt: list[str], said: list[str], mails: list[Letter]) -> None:
    names = ("words", "subject", "exact_phrase", "without")
    written = {n: form.format(one) for n, form, one in zip(names, spoilt, said, strict=True)}
    meant = {n: re.sub(r"[^\w ]|_", " ", text).lower().strip() for n, text in written.items()}
    expected = {letter.key for letter in mails if plain(MailQuery(**meant), letter)}
    assert matching(gmail_query(MailQuery(**written), "UTC"), mails, NOW) == expected
