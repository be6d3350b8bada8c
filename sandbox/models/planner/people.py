"""Names in a sentence, and finding the one person a name means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.scan import rx
from sandbox.models.planner.steps import Outcome, Steps
from sandbox.models.planner.wording import name_case

ADDRESS = r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"
RELATIONS = (
    r"(?:my|our|the) (?:direct |line |immediate )?(?:manager|boss|supervisor|superior|wife|husband|partner"
    r"|assistant|team(?: lead)?|lead|"
    r"lawyer|accountant|landlord|"
    r"doctor|dentist|mentor|mother|mom|mum|father|dad|sister|brother|son|daughter|client|ceo|cto|cfo|"
    r"colleague|recruiter|"
    r"(?:[a-z]+ )?team)|the (?:person|one|woman|man) (?:that |who |whom )?(?:i report to|i work for|i answer to)"
)
ABOVE = rx(
    r"(?:my|our) (?:direct |line |immediate )?(?:manager|boss|supervisor|superior)"
    r"|the (?:person|one|woman|man) (?:that |who |whom )?(?:i report to|i work for|i answer to)"
)
_WORD = r"[\w'’.&-]+"
# Words that end a name written in small letters.
_STOP = (
    r"(?:about|regarding|re|concerning|on|in|at|for|to|that|which|who|saying|with|from|by|of|and|or|"
    r"or|older|newer|more|less|over|"
    r"last|this|next|since|before|after|until|please|again|back|is|are|was|were|has|have|had|i|we|if|"
    r"whether|when|where|what|why|"
    r"how|titled|called|named|during|via|today|tomorrow|the|my|our|a|an|as|so|because|but|then|too|also|asap|across|"
    r"unread|yes|no|it|mails?|e-?mails?|messages?|inbox|he|she|they|can|could|would|will|should|might|"
    r"must|not|don't|i'm|"
    r"check|show|list|find|search|look|i'll|i've|i'd|we'll|we're|it's|there|say|tell|ask|thanks|thank|sure|ok|okay)"
)
_LOWER_NAME = rf"(?!{_STOP}\b)[\w'’-]+(?: (?!{_STOP}\b)[\w'’-]+)?"
_PROPER = (
    r"(?-i:[A-ZÀ-Þ][\w'’.&-]*(?:[ ](?:(?:de|da|van|von|der|del|la|di|bin|al|le|"
    r"of)[ ])*[A-ZÀ-Þ0-9][\w'’.&-]*){0,4})"
)
NAME = rf"(?:{ADDRESS}|{RELATIONS}|{_PROPER}|{_LOWER_NAME})"
_NAME_AT = rx(rf"^\s*(?P<name>{NAME})")
_JOINT = rx(r"^\s*(?:,\s*(?:and\s+)?(?:with\s+)?|\s+(?:and|&|plus|as well as)\s+(?:also\s+)?(?:with\s+)?|\s*&\s*)")
_JOINT_OR = rx(_JOINT.pattern + r"|^\s+(?:or|and|or from|and from|or by)\s+(?:from\s+)?")
_SELF = frozenset({"me", "myself", "us", "i", "everyone", "everybody", "all", "someone", "somebody"})
PRONOUNS = frozenset({"him", "her", "them", "he", "she", "they"})
_TITLE_WORD = rx(r"^(?:dr|mr|mrs|ms|prof)\.?\s+")


def name_at(text: str) -> re.Match[str] | None:
    """The name at the very start of the text."""
    return _NAME_AT.match(text)


def names_at(text: str, *, alternatives: bool = False) -> tuple[list[str], str]:
    """The names at the start of the text ("Sara, Tom and Dana …", if wanted also "or") and what follows them."""
    joint_words = _JOINT_OR if alternatives else _JOINT
    names: list[str] = []
    rest = text
    while found := name_at(rest):
        name = tidy(found["name"])
        if name and name.lower() not in _SELF:
            names.append(name)
        rest = rest[found.end() :]
        joint = joint_words.match(rest)
        if not joint or not name_at(rest[joint.end() :]):
            break
        rest = rest[joint.end() :]
    return names, rest


def tidy(name: str) -> str:
    """A name without its genitive, article and title."""
    name = re.sub(r"['’]s?$", "", name.strip(" ,.;:!?"))
    return _TITLE_WORD.sub("", name).strip()


def is_address(name: str) -> bool:
    """Whether the person typed an address, which is then used as it is."""
    return re.fullmatch(ADDRESS, name) is not None


def address_in(name: str) -> str:
    """The address of `Dana Reyes <dana@example.org>` or of a bare address; empty if there is none."""
    known = re.fullmatch(rf"(?:.*<)?({ADDRESS})>?", name)
    return known[1] if known else ""


def is_relation(name: str) -> bool:
    """Whether it is a role ("my manager") and not a name."""
    return re.fullmatch(RELATIONS, name, re.IGNORECASE) is not None


def display_name(sender: str) -> str:
    """The name out of a sender such as `Dana Reyes <dana@example.org>`, in the order one says it."""
    name = re.sub(r"\s*<[^>]*>\s*$", "", sender).strip(' "')
    last_first = re.fullmatch(r"([^,]+),\s*([^,]+)", name)
    return f"{last_first[2]} {last_first[1]}" if last_first else name


def first_name(name: str) -> str:
    """How to address someone; an address gives nothing to address by unless its first part is a plain name."""
    shown = display_name(name)
    if "@" in shown:
        local = re.split(r"[@.+_\d-]", shown)[0]
        return local.title() if len(local) > 2 and local not in {"info", "hello", "team", "noreply", "support"} else ""
    return name_case(_TITLE_WORD.sub("", shown).split()[0]) if shown and not is_relation(shown) else ""


@dataclass(frozen=True)
class Found:
    """Either one person, or the question that has to be asked."""

    name: str = ""
    email: str = ""
    question: str = ""
    options: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  # the further addresses of a group

    @property
    def emails(self) -> tuple[str, ...]:
        """Everyone's address."""
        return (self.email, *self.others)

    @property
    def outcome(self) -> Outcome:
        """The question, as an intent ends with it."""
        return Outcome(self.question, options=self.options)


def resolve(name: str) -> Steps[Found]:
    """Find the address behind a name; two plausible people make a question, never a guess."""
    found = yield from resolve_all([name])
    return found[0]


def resolve_all(names: Sequence[str]) -> Steps[list[Found]]:
    """Find several people with one round of calls; an address the person typed is used as it is."""
    asked = [role_of(name) for name in names if not address_in(name)]
    answers: list[Json] = []
    if asked:
        answers = yield [Call("find_person", {"name": name}) for name in asked]
    by_name = dict(zip(asked, answers, strict=True))
    return [
        Found(display_name(name), address_in(name)) if address_in(name) else _found(name, by_name[role_of(name)])
        for name in names
    ]


def role_of(name: str) -> str:
    """Whoever one reports to is looked up under one name, whatever word is used for them."""
    return "my manager" if ABOVE.fullmatch(name) else name


def _found(name: str, answer: Json) -> Found:  # noqa: PLR0911 (one per answer a person can get)
    options = tuple(map(str, answer.get("options") or ()))
    if options:
        return Found(question=_who(name), options=options)
    people = plausible(name, answer)
    if is_relation(name) and people and not answer.get("hint"):
        first, *others = (str(one["email"]) for one in people)
        return Found(str(people[0].get("name") or name), first, others=tuple(others))
    if len(people) == 1:
        return Found(str(people[0].get("name") or name), str(people[0]["email"]))
    if people:
        return Found(question=_who(name), options=tuple(map(shown, people)))
    if answer.get("unavailable"):
        return Found(question=f"I have no way to look people up here. What is the address of {name_case(name)}?")
    why = f" ({answer['error']})" if answer.get("error") else ""
    if is_relation(name):
        return Found(question=f"{_who(name)} I found nobody in your mail or calendar. Tell me a name or an address.")
    return Found(question=f"I couldn't find an address for {name_case(name)}{why}. What is it?")


def _who(name: str) -> str:
    """The question whom a name or a role means."""
    if not is_relation(name):
        return f"Which {name_case(name)} do you mean?"
    said = name if name.lower().startswith(("my ", "our ")) else role_of(name)
    role = re.sub(r"^(?:my|our|the)\s+", "", said, flags=re.IGNORECASE)
    return f"Who is your {role}?" if not role.endswith("team") else f"Who is in the {role}?"


def shown(person: Json) -> str:
    """Somebody as one of several to choose from."""
    return f"{person.get('name') or person['email']} — {person['email']}"


def which_one(name: str, people: Sequence[Json]) -> Outcome:
    """The question that names everyone a name could mean."""
    return Outcome(_who(name), options=tuple(map(shown, people)))


def plausible(name: str, answer: Json) -> list[Json]:
    """The people a name could mean: a full match leaves no doubt, a match of whole words is better than none."""
    people: dict[str, Json] = {}
    for person in answer.get("people") or ():
        if isinstance(person, dict) and person.get("email"):
            people.setdefault(str(person["email"]).lower(), person)
    wanted = name.lower().split()
    exact = [one for one in people.values() if str(one.get("name", "")).lower() == name.lower()]
    if exact:
        return exact
    by_words = [one for one in people.values() if _has_words(str(one.get("name", "")), wanted)]
    return by_words or list(people.values())


def _has_words(full: str, wanted: Sequence[str]) -> bool:
    words = re.findall(r"[\w'’-]+", full.lower())
    return all(any(word == part for word in words) for part in wanted)
