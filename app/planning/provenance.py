"""Where an address is known from, and what it or the name that comes with it pretends to be."""

import re
from collections.abc import Iterable
from unicodedata import normalize

from app.domain.types import Address
from app.planning.sanitising import urls, visible

NAME = 80
"""Characters of a person's name; what is longer was not written to be a name."""
_ADDRESS = re.compile(r"[^\s<>()\[\]{}\"“”,;:|@]+@[\w.-]+")
_HOST = re.compile(r"(?<![\w@.-])(?:[\w-]+\.)+(?:com|org|net|edu|gov|mil|int|info|biz|app|dev|example|[a-z]{2})\b")
_CONFUSED = {
    "0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "3": "e", "а": "a", "в": "b", "е": "e", "ё": "e", "һ": "h",
    "і": "l", "ї": "l", "ј": "j", "к": "k", "ӏ": "l", "м": "m", "н": "h", "о": "o", "р": "p", "ԛ": "q", "г": "r",
    "ѕ": "s", "с": "c", "т": "t", "у": "y", "ѵ": "v", "ԝ": "w", "х": "x", "ԁ": "d", "ɡ": "g", "ɑ": "a", "ı": "l",
    "α": "a", "β": "b", "γ": "y", "ε": "e", "η": "n", "ι": "l", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t",
    "υ": "u", "χ": "x", "ω": "w", "ո": "n", "օ": "o", "ս": "u", "ց": "g",
}  # fmt: skip
"""Characters that pass for others at a glance, after Unicode's confusables, as far as addresses use them."""
_PLAIN = re.compile(r"[^\W\d_]+(?:['’.-]+[^\W\d_]*)*(?: [^\W\d_]+(?:['’.-]+[^\W\d_]*)*){0,3}")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def addresses(text: str) -> frozenset[str]:
    """The mail addresses that stand in a text, in lower case, each whole."""
    found = (match[0].strip(".'*_~`!?").lower() for match in _ADDRESS.finditer(visible(text)))
    return frozenset(a for a in found if "@" in a.strip("@"))


def named(address: Address) -> Address:
    """An address with its name as it may be shown and sent: one line, nothing hidden, no longer than a name."""
    name = " ".join(visible(address.name).split())
    return Address(email=address.email.strip(), name=name if len(name) <= NAME else f"{name[: NAME - 1]}…")


def pretends(address: Address) -> bool:
    """Whether the name that comes with an address holds another address, another host or a link."""
    name, own = normalize("NFKC", visible(address.name)).lower(), address.email.lower()
    if urls(name) or any(other != own for other in addresses(name)):
        return True
    host = own.rpartition("@")[2]
    return any(found[0] != host and not host.endswith(f".{found[0]}") for found in _HOST.finditer(name))


def plain(name: str) -> bool:
    """Whether a name is a few words of letters, and so can stand in a sentence without saying more than who it is."""
    return bool(_PLAIN.fullmatch(normalize("NFKC", visible(name)).strip()))


def resembles(email: str, known: Iterable[str]) -> str:
    """The known address that this other one could be taken for at a glance; empty when there is none."""
    mine, others = email.lower(), [k.lower() for k in known]
    return "" if mine in others else next((k for k in others if _alike(mine, k)), "")


def _alike(one: str, other: str) -> bool:
    if _skeleton(one) == _skeleton(other):
        return True
    (name, _, host), (other_name, _, other_host) = one.rpartition("@"), other.rpartition("@")
    if name != other_name or host == other_host:
        return False
    return _one_slip(host, other_host) or f".{host}.".find(f".{other_host}.") >= 0 or _stem(host) == _stem(other_host)


def _skeleton(address: str) -> str:
    """What an address looks like from afar."""
    name, at, host = address.rpartition("@")
    bare = normalize("NFKD", f"{re.sub(r'[._+-]', '', name)}{at}{_decoded(host)}")
    plain = "".join(_CONFUSED.get(c, c) for c in bare if c.isalnum() or c in ".@|")
    for pair, single in _PAIRS:
        plain = plain.replace(pair, single)
    return plain


def _decoded(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _stem(host: str) -> str:
    """A host without its last label: larkspur.example and larkspur.test have the same."""
    return host.rpartition(".")[0]


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter more, less, changed or swapped makes one of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
