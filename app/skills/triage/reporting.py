"""What triage shows: the mails by category, each with its reason and its source, and what to do about them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.reports import MAX_LINES, Group, Line, Offer, Report, Table, group
from app.domain.sorting import Key, Sorted
from app.domain.types import Address, Email
from app.planning.sanitising import visible
from app.planning.signals import Category
from app.skills.drafting import errands as drafting
from app.skills.triage.handling import NAMES, archiving, handing

TITLES = {
    Category.URGENT_ACTION: ("🔴", "Needs you now"),
    Category.IMPORTANT_READ: ("🟠", "Important to read"),
    Category.DELEGATE: ("🟣", "To hand on"),
    Category.ROUTINE: ("🔵", "Routine"),
    Category.NEWSLETTER: ("⚪", "Newsletters"),
    Category.PROMOTIONAL: ("⚪", "Promotions"),
    Category.SPAM_SUSPECT: ("⚠️", "Suspicious"),
}
FOLDED = {Category.ROUTINE, Category.NEWSLETTER, Category.PROMOTIONAL}
"""Shown when they are opened."""
LIST = "list"
REPLIES = 5
"""Drafts written at once: more cards than that are no help."""
OPEN_LINES = 8
"""Lines of an open group; what is urgent is rarely more."""
FOLDED_LINES = 5
"""Lines of a group that is opened; the table below them has the rest."""
COLUMNS = ("Priority", "Category", "Subject", "From", "Why")
ROWS, FEW = 30, 5
"""Rows of the table, as many as a report shows at most and at least."""
CELLS = (60, 25, 60)
"""Characters of a subject, a name and a reason in the table."""
ROOM = 9_000
"""Characters of all groups: less than what Slack takes in a message, by what stands around them."""
SHOWN = 300
"""Characters of a line's parts that are shown."""
PAGE = 30
"""Mails of the list shown at once; with the words below they stay below what a message of Slack's holds."""
SUBJECT, NAME, REASON = 70, 30, 120
"""Characters of a subject, a name and a reason in the list."""
NOBODY = Address(email="")
Linked = Callable[[Email], str]


@dataclass(frozen=True)
class Told:
    """Sorted mails, and what there is to tell beside them."""

    mails: Mapping[Key, Email]
    found: tuple[Sorted, ...]
    link: Linked
    total: int
    """Unread mails in all, as many as there are."""
    notes: tuple[str, ...] = ()
    delegate: Address = NOBODY
    """To whom the person hands on what isn't theirs to do."""

    @property
    def title(self) -> str:
        return f"{_mails(max(self.total, len(self.found)))} unread" if self.found else "nothing unread"

    @property
    def all_notes(self) -> tuple[str, ...]:
        """What couldn't be done, what is left over among it."""
        if (left := self.total - len(self.found)) <= 0:
            return self.notes
        most = len(self.found)
        return *self.notes, f"{left:,} older unread mails aren't sorted; I sort the {most} newest at once."


def report(told: Told) -> Report:
    """The report of a triage: by category."""
    by_category = {c: sorted((s for s in told.found if s.category == c), key=_order) for c in Category}
    groups = tuple(_group(category, some, told) for category, some in by_category.items() if some)
    cut = any(each.more for each in groups)
    whole = Offer(label="Show all by priority", errand=f"triage {LIST}")
    return Report(
        title=f"Your inbox: {told.title}",
        summary=_summary(told.found),
        groups=(*groups, *(_table(told, ROOM - sum(map(_length, groups))) if cut else ())),
        notes=told.all_notes,
        offers=(*_offers(told), *((whole,) if cut else ())),
    )


def _table(told: Told, room: int) -> Iterator[Group]:
    """As many mails side by side as there is room for, the most pressing first, and how to see the others."""
    ordered, rows = _by_priority(told), list[tuple[str, ...]]()
    for found in ordered[:ROWS]:
        rows.append(_row(found, told.mails[found.key]))
        room -= sum(map(len, rows[-1]))
        if room < 0:
            rows.pop()
            break
    if len(rows) < FEW:
        return
    shown = f"The {len(rows)} most pressing of {len(ordered)}" if len(rows) < len(ordered) else f"All {len(ordered)}"
    yield Group(
        title=f"📋 By priority ({len(ordered)})",
        lines=(Line(text=f"{shown}; “triage {LIST}” shows every one, with its source."),),
        table=Table(columns=COLUMNS, rows=tuple(rows)),
        folded=True,
    )


def _row(found: Sorted, mail: Email) -> tuple[str, ...]:
    title = TITLES[Category(found.category)][1]
    words = (_subject(mail), visible(mail.sender.called), found.reason)
    return str(found.priority), title, *map(_cut, words, CELLS)


def _length(shown: Group) -> int:
    """About how many characters a group shows."""
    return len(shown.title) + sum(min(len(s), SHOWN) for line in shown.lines for s in (line.text, line.detail))


def _by_priority(told: Told) -> list[Sorted]:
    return sorted(told.found, key=lambda s: (-s.priority, -told.mails[s.key].received.timestamp()))


def listed(told: Told, *, page: int) -> Report:
    """The same mails as one list by priority, a page of it; pages are counted from 1."""
    ordered = _by_priority(told)
    pages = max(-(-len(ordered) // PAGE), 1)
    number = min(max(page, 1), pages)
    first = (number - 1) * PAGE
    shown = [_ranked(s, told) for s in ordered[first : first + PAGE]]
    tens = [(first + n, tuple(shown[n : n + MAX_LINES])) for n in range(0, len(shown), MAX_LINES)]
    left = len(ordered) - first - len(shown)
    further = Offer(label=f"Show the next {min(left, PAGE)}", errand=f"triage {LIST} {number + 1}", primary=True)
    return Report(
        title=f"By priority: {told.title}",
        summary=_summary(told.found),
        groups=tuple(Group(title=f"{n + 1} to {n + len(lines)} of {len(ordered)}", lines=lines) for n, lines in tens),
        notes=told.all_notes,
        offers=(*((further,) if left else ()), *(o.model_copy(update={"primary": not left}) for o in _offers(told))),
    )


def _ranked(found: Sorted, told: Told) -> Line:
    """A mail in the list, as short as fits beside the others of a page."""
    mail, (sign, title) = told.mails[found.key], TITLES[Category(found.category)]
    detail = f"{found.priority}/10 · {_cut(mail.sender.called, NAME)} · {title} · {_cut(found.reason, REASON)}"
    return Line(text=_cut(_subject(mail), SUBJECT), detail=detail, link=told.link(mail), sign=sign)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _subject(mail: Email) -> str:
    return " ".join(visible(mail.subject).split()) or "(no subject)"


def _order(found: Sorted) -> tuple[int, str]:
    return -found.priority, found.mail


def _group(category: Category, found: Sequence[Sorted], told: Told) -> Group:
    sign, title = TITLES[category]
    lines = tuple(_line(s, told.mails[s.key], told.link(told.mails[s.key])) for s in found)
    folded = category in FOLDED
    most = FOLDED_LINES if folded else OPEN_LINES
    return group(f"{sign} {title} ({len(found)})", lines, most=most, folded=folded)


def _line(found: Sorted, mail: Email, link: str) -> Line:
    minutes = f" · {found.minutes} min" if found.minutes > 1 else ""
    detail = f"{mail.sender.called} · {found.priority}/10 · {found.suggestion}{minutes} · {found.reason}"
    return Line(text=_subject(mail), detail=detail, link=link)


def _summary(found: Sequence[Sorted]) -> str:
    if not found:
        return "Nothing to sort: every mail in your inboxes is read."
    counts = _counts(found)
    urgent, important = counts.get(Category.URGENT_ACTION, 0), counts.get(Category.IMPORTANT_READ, 0)
    minutes = sum(s.minutes for s in found if s.category in (Category.URGENT_ACTION, Category.IMPORTANT_READ))
    if not urgent + important:
        return "Nothing needs you: what came is routine or can go."
    parts = [f"{_mails(urgent)} {_verb(urgent, 'need')} you now" if urgent else ""]
    parts.append(f"{important} {_verb(important, 'is', 'are')} important to read" if important else "")
    return f"{', '.join(filter(None, parts))}: about {minutes} minutes."


def _counts(found: Iterable[Sorted]) -> Counter[Category]:
    return Counter(Category(s.category) for s in found)


def _verb(n: int, one: str, many: str = "") -> str:
    return (one if many else f"{one}s") if n == 1 else many or one


def _mails(n: int) -> str:
    return f"{n} mail" if n == 1 else f"{n:,} mails"


def _offers(told: Told) -> tuple[Offer, ...]:
    urgent = sorted((s for s in told.found if s.category == Category.URGENT_ACTION), key=_order)
    threads = dict.fromkeys(f"{told.mails[s.key].account.name}:{s.thread}" for s in urgent)
    errand = drafting.reply(list(threads)[:REPLIES])
    replies = Offer(label="Draft replies to the urgent ones", errand=errand, primary=True) if urgent else None
    handed = handing(told.found, told.mails, told.delegate)
    offers = (replies, handed, *(archiving(told.found, category) for category in NAMES))
    return tuple(offer for offer in offers if offer)
