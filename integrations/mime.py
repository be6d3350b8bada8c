"""Text out of mail parts: any charset, HTML reduced to text, what can't be decoded named."""

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from bs4 import BeautifulSoup
from bs4.element import PreformattedString, Tag

from app.domain.types import Address

STATEFUL = re.compile(r"^(iso-2022|hz|utf-7)", re.IGNORECASE)
"""Charsets whose bytes pass for ASCII: they must be believed, the others are tried as UTF-8 first."""
SUPERSETS = {
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "windows-1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "tis-620": "windows-874",
}
"""What is meant by a charset's name in practice. Source: the WHATWG Encoding Standard's labels."""
SILENT = frozenset({"script", "style", "title", "template", "noscript"})
BARE = re.compile(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")
FOREIGN = frozenset(":;,()")
"""What no address holds."""
_ANGLE = re.compile(r"<([^<>]*)>[^<>]*$")
_PLAINLY = re.compile(r"[,;](?=[^<>]*(?:<|$))")
_GROUP = re.compile(r"(?:^|(?<=[,;]))[^:@<>,;]*:|;\s*$")
"""The name of a group of addresses before them, and the end of the last one (RFC 5322, section 3.4)."""
_ROUTE = re.compile(r"^@[^:]*:")
_DOTTED = re.compile(r"(?<=[^\s.])\s+\.\s*(?=[^\s.])")
"""A dot within an address with space before it (RFC 5322, section 4.4)."""
_ESCAPED = re.compile(r"\\(.)")
_COMMENT = re.compile(r"\(([^()]*)\)")
SIGNATURES = frozenset({"gmail_signature", "moz-signature", "Signature", "signature"})
"""Classes and ids of what Gmail, Thunderbird and Outlook put a signature into."""
ENDS = frozenset({"br", "hr"})
"""What ends a line and holds nothing."""
BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figure"}
    | {"figcaption", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "nav", "ol", "p"}
    | {"pre", "section", "table", "tr", "ul"}
)
"""What stands on lines of its own. Source: the rendering section of the HTML standard, for what mails are made of."""
CELLS = frozenset({"td", "th"})


def decoded(raw: bytes, charset: str) -> tuple[str, bool]:
    """Text of a part, and whether every byte could be decoded. Gmail serves most parts as UTF-8, whatever they say."""
    said = (SUPERSETS.get(charset.lower(), charset), charset)
    order = (*said, "utf-8") if STATEFUL.match(charset) else ("utf-8", *said)
    for name in (o for o in order if o):
        try:
            return raw.decode(name), True
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", errors="replace"), False


def unflowed(text: str, *, delsp: bool) -> str:
    """Text of format=flowed with its paragraphs on one line each, and what is quoted behind "> " (RFC 3676)."""
    done: list[str] = []
    flowing = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        bare = line[depth:].removeprefix(" ")
        signature = bare == "-- "
        soft = bare.endswith(" ") and not signature
        kept = bare[:-1] if soft and delsp else bare
        if flowing == depth and not signature:
            done[-1] += kept
        else:
            done.append(f"{'>' * depth} {kept}" if depth else kept)
        flowing = depth if soft else -1
    return "\n".join(done)


def header(value: str) -> str:
    """A header's text with its encoded words (RFC 2047) decoded; a broken one as it stands."""
    if "=?" not in value:
        return " ".join(value.split())
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return " ".join(value.split())


def addresses(value: str) -> tuple[Address, ...]:
    """The addresses of a header, names decoded; what has no address in it is left out.

    Gmail hands names out decoded and without their quotes, and anything may stand in them: the address is what stands
    in the last angle brackets. Of `boss@x.example <eve@y.example>` the standard library takes both for addresses.
    """
    if not value:
        return ()
    found: list[Address] = []
    pending = ""
    for item in _items(_GROUP.sub("", value) if ";" in value else value):
        angle = _ANGLE.search(item)
        if angle:
            name = header(_spoken(f"{pending} {item[: angle.start()]}"))
            found.append(Address(email=_routed(angle[1]), name=name))
            pending = ""
        elif "@" in item.strip()[1:-1]:
            found += [_bare(email, item) for email in BARE.findall(_DOTTED.sub(".", _COMMENT.sub(" ", item)))]
            pending = ""
        else:
            pending = f"{pending} {item},".strip()  # the first half of `Last, First <a@b>`
    return tuple(a for a in found if "@" in a.email[1:-1] and FOREIGN.isdisjoint(a.email))


def author(value: str) -> Address:
    """Who a From header says wrote. Of several the last in angle brackets counts, and all before it is its name: a
    decoded name with a comma in it looks like an author of its own."""
    found = addresses(value)
    if not found:
        return Address(email="", name=header(value))
    if len(found) == 1 or not (angled := list(_ANGLE.finditer(value))):
        return found[-1]
    return Address(email=_routed(angled[-1][1]), name=header(_spoken(value[: angled[-1].start()])))


def _items(value: str) -> list[str]:
    """What commas and semicolons separate that stand in no quotes, brackets or comment."""
    if "," not in value and ";" not in value:
        return [value] if value.strip() else []
    items, start, quoted, depth = [], 0, False, 0
    for place, char in enumerate(value):
        if char == '"' and value[place - 1 : place] != "\\":
            quoted = not quoted
        elif not quoted and char in "(<":
            depth += 1
        elif not quoted and char in ")>":
            depth = max(0, depth - 1)
        elif not quoted and depth == 0 and char in ",;":
            items.append(value[start:place])
            start = place + 1
    if quoted or depth:  # never closed: then they are part of a name
        items, start = _PLAINLY.split(value), len(value)
    return [item for item in (*items, value[start:]) if item.strip()]


def _routed(email: str) -> str:
    """An address without comments and without the hosts it was once to travel by (RFC 5322, section 4.4)."""
    return _ROUTE.sub("", "".join(_COMMENT.sub("", email).split()))


def _bare(email: str, item: str) -> Address:
    """An address without brackets; older mails have the name behind it, as a comment."""
    comment = _COMMENT.search(item)
    return Address(email=email, name=header(comment[1]) if comment else "")


def _spoken(name: str) -> str:
    """A name without the quotes around it and the backslashes in it."""
    bare = name.strip()
    quoted = len(bare) > 1 and bare[0] == bare[-1] == '"'
    return _ESCAPED.sub(r"\1", bare[1:-1] if quoted else bare)


def text_of_html(markup: str) -> str:
    """What a person would read of an HTML mail: no scripts, no styles, no hidden comments, no images."""
    soup = BeautifulSoup(markup, "html.parser")
    # One walk: of a newsletter with thousands of tags each takes milliseconds of the loop that all turns share.
    tags = soup.find_all(True)
    for silent in (tag for tag in tags if tag.name in SILENT):
        silent.decompose()
    said = [tag for tag in tags if not tag.decomposed]
    for signature in filter(_signs, said):
        signature.insert(0, "\n-- \n")
    for place in said:
        if place.name in BLOCKS - {"blockquote"} and _runs_on(place):  # those get lines of their own below
            place.insert_before("\n")
        if place.name in BLOCKS or place.name in ENDS:
            place.append("\n")
        elif place.name in CELLS:
            place.append(" ")
    for quote in reversed([tag for tag in said if tag.name == "blockquote"]):
        quote.replace_with("\n" + "".join(f"> {line}\n" for line in _lines(quote.get_text()).split("\n")))
    return _lines(soup.get_text())


def _runs_on(block: Tag) -> bool:
    """Whether words stand right before a block, with no end of line between."""
    for before in block.previous_elements:
        if isinstance(before, PreformattedString) or (isinstance(before, Tag) and before.name not in BLOCKS):
            continue  # comments, and what is within a line
        words = "" if isinstance(before, Tag) else str(before).rstrip(" \t")
        if isinstance(before, Tag) or words:
            return bool(words) and not words.endswith(("\n", "\r"))
    return False


def _signs(tag: Tag) -> bool:
    return tag.get("id") in SIGNATURES or not SIGNATURES.isdisjoint(tag.get_attribute_list("class"))


def _lines(text: str) -> str:
    lines = ("-- " if line.strip() == "--" else " ".join(line.split()) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
