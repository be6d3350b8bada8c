"""What triage shows: the mails by category, each with its reason and its source, and what to do about them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from app.domain.reports import Group, Line, Offer, Report, group
from app.domain.sorting import Key, Sorted
from app.domain.types import Email
from app.planning.sanitising import visible
from app.planning.signals import Category
from app.skills.drafting import errands as drafting

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
REPLIES = 5
"""Drafts written at once: more cards than that are no help."""
OPEN_LINES = 8
"""Lines of an open group; what is urgent is rarely more."""
Linked = Callable[[Email], str]


def report(
    mails: Mapping[Key, Email], found: Sequence[Sorted], *, link: Linked, total: int, notes: Sequence[str]
) -> Report:
    """The report of a triage."""
    by_category = {c: sorted((s for s in found if s.category == c), key=_order) for c in Category}
    groups = tuple(_group(category, sorted_, mails, link) for category, sorted_ in by_category.items() if sorted_)
    counts = Counter(Category(s.category) for s in found)
    left = total - len(found)
    older = (f"{left:,} older unread mails aren't sorted; I sort the {len(found)} newest at once.",) if left > 0 else ()
    return Report(
        title=f"Your inbox: {_mails(max(total, len(found)))} unread" if found else "Your inbox: nothing unread",
        summary=_summary(counts, found),
        groups=groups,
        notes=(*notes, *older),
        offers=_offers(counts, by_category[Category.URGENT_ACTION], mails),
    )


def _order(found: Sorted) -> tuple[int, str]:
    return -found.priority, found.mail


def _group(category: Category, found: Sequence[Sorted], mails: Mapping[Key, Email], link: Linked) -> Group:
    sign, title = TITLES[category]
    lines = tuple(_line(s, mails[s.key], link(mails[s.key])) for s in found)
    return group(f"{sign} {title} ({len(found)})", lines, most=OPEN_LINES, folded=category in FOLDED)


def _line(found: Sorted, mail: Email, link: str) -> Line:
    words = " ".join(visible(mail.subject).split()) or "(no subject)"
    minutes = f" · {found.minutes} min" if found.minutes > 1 else ""
    detail = f"{mail.sender.called} · {found.priority}/10 · {found.suggestion}{minutes} · {found.reason}"
    return Line(text=words, detail=detail, link=link)


def _summary(counts: Mapping[Category, int], found: Sequence[Sorted]) -> str:
    if not found:
        return "Nothing to sort: every mail in your inboxes is read."
    urgent, important = counts.get(Category.URGENT_ACTION, 0), counts.get(Category.IMPORTANT_READ, 0)
    minutes = sum(s.minutes for s in found if s.category in (Category.URGENT_ACTION, Category.IMPORTANT_READ))
    if not urgent + important:
        return "Nothing needs you: what came is routine or can go."
    parts = [f"{_mails(urgent)} {_verb(urgent, 'need')} you now" if urgent else ""]
    parts.append(f"{important} {_verb(important, 'is', 'are')} important to read" if important else "")
    return f"{', '.join(filter(None, parts))}: about {minutes} minutes."


def _verb(n: int, one: str, many: str = "") -> str:
    return (one if many else f"{one}s") if n == 1 else many or one


def _mails(n: int) -> str:
    return f"{n} mail" if n == 1 else f"{n:,} mails"


def _offers(counts: Mapping[Category, int], urgent: Sequence[Sorted], mails: Mapping[Key, Email]) -> tuple[Offer, ...]:
    threads = dict.fromkeys(f"{mails[s.key].account.name}:{s.thread}" for s in urgent)
    errand = drafting.reply(list(threads)[:REPLIES])
    offers = [Offer(label="Draft replies to the urgent ones", errand=errand, primary=True)] if urgent else []
    for category, name in ((Category.NEWSLETTER, "newsletters"), (Category.PROMOTIONAL, "promotions")):
        if n := counts.get(category, 0):
            words = f"Archive all {name} ({n})" if n > 1 else f"Archive the {name.removesuffix('s')}"
            offers.append(Offer(label=words, errand=f"triage archive {category.value}"))
    return tuple(offers)
