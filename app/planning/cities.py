"""In which zones cities of some name lie, as far as they are big; of the small ones nobody can know them all."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def zones_of(city: str) -> tuple[str, ...]:
    """The IANA names of the zones of cities called so, in any language that writes them in Latin letters; none for a
    city of fewer than 100,000 people. What follows a comma ("Lisbon, Portugal") is left out where it is no help."""
    known = _known()
    return known.get(_folded(city)) or known.get(_folded(city.partition(",")[0]), ())


@cache
def _known() -> Mapping[str, tuple[str, ...]]:
    text = files("app.planning").joinpath("cities.txt").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        zone, _, cities = line.partition(": ")
        for city in map(_folded, cities.split("; ")) if not zone.startswith("#") else ():
            found[city] = (*found.get(city, ()), zone)
    return found


def _folded(name: str) -> str:
    """A name without accents and capitals."""
    letters = (letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return " ".join("".join(letters).casefold().replace("’", "'").split())
