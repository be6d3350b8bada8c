"""Telling own words from quoted ones: the ways in which mail programs mark them, in several languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.quoting import repeats, told_apart

OWN = "Thursday works for me.\n\nSee you there"
OLD = "> Shall we meet on Thursday?\n> It's about the budget."
ATTRIBUTIONS = [
    "On Mon, 2 Mar 2026 at 10:00, Dana Reyes <dana@example.org> wrote:",
    "On Mon, 2 Mar 2026 at 10:00, Dana Reyes\n<dana@example.org> wrote:",
    "Am Mo., 2. März 2026 um 10:00 Uhr schrieb Dana Reyes <dana@example.org>:",
    "Dana Reyes <dana@example.org> schrieb am 02.03.2026 10:00:",
    "Le lun. 2 mars 2026 à 10:00, Dana Reyes <dana@example.org> a écrit :",
    "El lun, 2 mar 2026 a las 10:00, Dana Reyes (<dana@example.org>) escribió:",
    "Em seg., 2 de mar. de 2026 às 10:00, Dana Reyes <dana@example.org> escreveu:",
    "Il giorno lun 2 mar 2026 alle ore 10:00 Dana Reyes <dana@example.org> ha scritto:",
    "Op ma 2 mrt 2026 om 10:00 schreef Dana Reyes <dana@example.org>:",
    "Den mån 2 mars 2026 kl 10:00 skrev Dana Reyes <dana@example.org>:",
    "W dniu 2.03.2026 o 10:00, Dana Reyes pisze:",
    "пн, 2 мар. 2026 г. в 10:00, Dana Reyes <dana@example.org> пишет:",
    "Dana Reyes <dana@example.org> 于2026年3月2日周一 10:00写道：",
]


@pytest.mark.parametrize("line", ATTRIBUTIONS)
@pytest.mark.parametrize("marked", [True, False])
def test_what_stands_below_who_wrote_when_is_quoted(line: str, *, marked: bool) -> None:
    old = OLD if marked else OLD.replace("> ", "")
    speech = told_apart(f"{OWN}\n\n{line}\n\n{old}\n")
    assert speech.own == OWN
    assert speech.quoted == f"{line}\n\n{old}"


@pytest.mark.parametrize(
    "rule",
    [
        "-----Original Message-----\nFrom: Dana",
        "________________________________\nFrom: Dana\nSent: Monday, 2 March 2026\nTo: Ann\nSubject: X",
        "From: Dana Reyes <dana@example.org>\nSent: Monday, 2 March 2026 10:00\nTo: Ann\nSubject: Budget",
        "*From:* Dana\n*Date:* Monday\n*To:* Ann\n*Subject:* Budget",
        "Von: Dana Reyes\nGesendet: Montag, 2. März 2026 10:00\nAn: Ann\nBetreff: Budget",
        "De : Dana Reyes\nEnvoyé : lundi 2 mars 2026\nÀ : Ann\nObjet : Budget",
        "---------- Forwarded message ---------\nFrom: Dana",
        "-----Ursprüngliche Nachricht-----\nVon: Dana",
    ],
)
def test_what_stands_below_a_rule_or_a_block_of_headers_is_quoted(rule: str) -> None:
    speech = told_apart(f"{OWN}\n\n{rule}\n\nShall we meet?")
    assert speech.own == OWN
    assert speech.quoted == f"{rule}\n\nShall we meet?"


def test_answers_between_the_lines_stay() -> None:
    line = ATTRIBUTIONS[0]
    speech = told_apart(f"{line}\n> Shall we meet?\n\nYes.\n\n> Where?\n\nAt the lake.\n")
    assert speech.own == "Yes.\n\nAt the lake."
    assert "> Where?" in speech.quoted


@pytest.mark.parametrize("mark", ["-- ", "--", "—", "___"])
def test_a_signature_is_told_from_the_words(mark: str) -> None:
    speech = told_apart(f"{OWN}\n{mark}\nDana Reyes\n+43 1 234567\n\n{ATTRIBUTIONS[0]}\n{OLD}")
    assert (speech.own, speech.signature) == (OWN, "Dana Reyes\n+43 1 234567")


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote:\nthree things to do.",
        "From: the desk of Ann\nTo: nobody in particular\n\nHello.",
        "We talked -- and agreed.\n---\nMore below, at length:\n" + "a line\n" * 20,
        "He said he wrote:\nnothing",
        "Note: one\nDate: two\n\nThat's it.",
    ],
)
def test_words_that_only_look_like_it_stay(text: str) -> None:
    assert told_apart(text).own == text.strip()


def test_a_mail_that_only_quotes_has_that_to_say() -> None:
    forwarded = "---------- Forwarded message ---------\nFrom: Dana\n\nThe plan."
    assert told_apart(forwarded).own == forwarded
    assert told_apart(OLD).own == OLD


def test_a_quotation_is_known_again_however_it_was_wrapped() -> None:
    assert repeats("On Monday Dana wrote:\n> Shall we meet on Thursday?\n> It's about the\n> budget.", [OLD])
    assert not repeats("> Something that nobody has said in here before.", [OLD])
    assert repeats("", [])


@given(st.text(max_size=400))
def test_any_text_is_told_apart_and_nothing_is_invented(text: str) -> None:
    speech = told_apart(text)
    said = "".join((speech.own, speech.signature, speech.quoted)).split()
    assert set("".join(said)) <= set(text)
    assert bool(speech.own or speech.signature) is bool(text.strip())
