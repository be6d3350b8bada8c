"""What a card says of where its recipients and words come from."""

from collections.abc import Iterator

from app.domain.cards import Card, Exposure, Part, Recipient
from app.planning.sanitising import address, visible
from app.planning.tainting import Corpus

NAMED = 5
"""Strangers listed in one warning; all recipients stand on the card anyway."""
_PLACES = {Part.BODY: "In bold", Part.TITLE: "In the title", Part.PLACE: "In the place"}


def line(words: str) -> str:
    """Words on one line, whole."""
    return " ".join(visible(words).split())


def segments(card: Card, shown: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a card's text in order, each with whether it comes from where not everyone it reaches was."""
    corpus = Corpus()
    for exposure in card.exposures:
        for words in exposure.texts if exposure.part is Part.BODY else ():
            corpus.add(words)
    end = 0
    for span in corpus.traced(shown, range(len(corpus))):
        yield shown[end : span.start], False
        yield shown[span.start : span.end], True
        end = span.end
    yield shown[end:], False


def warnings(card: Card) -> list[str]:
    """What a card says of words that people will read who were never on the mail they come from."""
    return [_warning(exposure) for exposure in card.exposures]


def _warning(exposure: Exposure) -> str:
    if not exposure.source:
        return f"⚠️ {_PLACES[exposure.part]}: “{line(exposure.excerpt)}” is a link that you didn't type."
    more = len(exposure.strangers) - NAMED
    people = ", ".join(_who(s) for s in exposure.strangers[:NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"⚠️ {_PLACES[exposure.part]}: “{line(exposure.excerpt)}” comes from {exposure.source}. Not on it: {people}."


def _who(stranger: str) -> str:
    return address(stranger) if "@" in stranger else stranger


def called(recipient: Recipient) -> str:
    """A recipient's address with the name it will be sent under; of one that is marked the address comes first."""
    name, shown = line(recipient.address.name), address(recipient.address.email)
    if not name:
        return shown if recipient.marked else f"<{shown}>"
    return f"{shown} “{name}”" if recipient.marked else f"{name} <{shown}>"


def known_from(recipient: Recipient) -> str:
    """How an address came to be a recipient."""
    where = ", ".join(part for part in (str(recipient.origin), recipient.evidence) if part)
    if recipient.warning:
        where = f"{where}; {recipient.warning}"
    return f"⚠️ {where}" if recipient.marked else f"· {where}"
