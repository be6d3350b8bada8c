"""The casts of worlds: who works with whom, who they write to, and whose accounts exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ENGINEERING_LIST = "engineering"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody with a mail address, in the zone their mail is dated in."""

    name: str
    email: str
    zone: str = "Europe/Lisbon"
    title: str = ""

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in a world, by their keys."""

    contacts: Mapping[str, Contact]
    owners: Mapping[str, tuple[str, str]]
    """Whose accounts exist, the work account first; who comes first gives the world its zone."""
    lists: Mapping[str, tuple[str, ...]]
    """Mailing lists, and who is on them."""
    colleagues: tuple[str, ...]
    """Whose calendars say when they are free, besides the owners' own."""
    signatures: Mapping[str, str] = field(default_factory=dict)

    @property
    def account_keys(self) -> tuple[str, ...]:
        return tuple(key for keys in self.owners.values() for key in keys)

    @property
    def zone(self) -> str:
        """ "The third working day before now" is counted in it."""
        return self.contacts[next(iter(self.owners))].zone

    @property
    def domain(self) -> str:
        """Of the company."""
        return self.contacts[next(iter(self.owners))].email.split("@")[1]

    def slack_people(self) -> list[dict[str, str]]:
        """The members of the Slack workspace, as the Slack stand-in wants them."""
        return [
            {
                "name": self.contacts[key].email.split("@")[0],
                "real_name": self.contacts[key].name,
                "email": self.contacts[key].email,
                "tz": self.contacts[key].zone,
                "title": self.contacts[key].title,
            }
            for key in self.owners
        ]


_LARKSPUR: dict[str, Contact] = {
    # The two people the workspace belongs to, each with a work and a personal account.
    "alex": Contact("Alex Rivera", "alex.rivera@larkspur.example", title="Product lead"),
    "alex_home": Contact("Alex Rivera", "alex@rivera-family.example"),
    "priya": Contact("Priya Raman", "priya.raman@larkspur.example", "America/New_York", "Engineering lead"),
    "priya_home": Contact("Priya Raman", "priya@ramanpost.example", "America/New_York"),
    # Larkspur.
    "dana": Contact("Dana Whitfield", "dana.whitfield@larkspur.example", "Europe/London", "VP Product"),
    "marcus": Contact("Marcus Oyelaran", "marcus.oyelaran@larkspur.example", "America/New_York", "CTO"),
    "helen": Contact("Helen Marsh", "helen.marsh@larkspur.example", "Europe/London", "CFO"),
    "omar": Contact("Omar Haddad", "omar.haddad@larkspur.example", title="Finance analyst"),
    "sofia": Contact("Sofia Lindqvist", "sofia.lindqvist@larkspur.example", "Europe/Stockholm", "Operations"),
    "sam": Contact("Sam Carter", "sam.carter@larkspur.example", "Europe/London", "Design"),
    "maria": Contact("Maria Santos", "maria.santos@larkspur.example", title="Marketing"),
    "yuki": Contact("Yuki Tanaka", "yuki.tanaka@larkspur.example", "Asia/Tokyo", "Firmware engineer"),
    "tomas": Contact("Tomás Herrera", "tomas.herrera@larkspur.example", "Europe/Madrid", "Backend engineer"),
    "ingrid": Contact("Ingrid Solberg", "ingrid.solberg@larkspur.example", "Europe/Oslo", "Data engineer"),
    "ben": Contact("Ben Okafor", "ben.okafor@larkspur.example", "America/New_York", "Platform engineer"),
    "office": Contact("Larkspur Office", "office@larkspur.example"),
    "ci": Contact("Build Robot", "ci@larkspur.example", "Etc/UTC"),
    ENGINEERING_LIST: Contact("Engineering", "engineering@larkspur.example"),
    # Customers and partners.
    "maria_k": Contact("Maria Keller", "maria.keller@brightwater.example", "America/Chicago", "Brightwater Dairy"),
    "jonas": Contact("Jonas Weber", "jonas.weber@halden.example", "Europe/Berlin", "Halden Logistics"),
    "halden_buyers": Contact("Halden Purchasing", "buyers@halden.example", "Europe/Berlin"),
    "quentin": Contact("Quentin Roche", "quentin.roche@castell-moulds.example", "Europe/Paris", "Castell Moulds"),
    "hana": Contact("Hana Sato", "sato@kitano-parts.example", "Asia/Tokyo", "Kitano Parts"),
    # Family and friends.
    "nuno": Contact("Nuno Prates", "nuno@pratesboats.example"),
    "beatriz": Contact("Beatriz Rivera", "bia@rivera-family.example"),
    "ruth": Contact("Ruth Almeida", "ruth.almeida@tagusmail.example"),
    "leo": Contact("Leo Raman", "leo@ramanpost.example", "America/New_York"),
    "joan": Contact("Joan Feldman", "jfeldman@elmstreet-school.example", "America/New_York"),
    "dentist": Contact("Clínica Alvalade", "marcacoes@clinica-alvalade.example"),
}

LARKSPUR = Cast(
    contacts=_LARKSPUR,
    owners={"alex": ("alex", "alex_home"), "priya": ("priya", "priya_home")},
    lists={ENGINEERING_LIST: ("priya", "yuki", "tomas", "ingrid", "ben", "marcus", "alex")},
    # Ingrid keeps hers to herself.
    colleagues=("dana", "marcus", "helen", "omar", "sofia", "sam", "maria", "yuki", "tomas", "ben"),
    signatures={
        "alex": "Alex Rivera · Product · Larkspur Instruments",
        "priya": "Priya Raman\nEngineering, Larkspur Instruments",
        "dana": "Dana",
        "helen": "Helen Marsh\nChief Financial Officer",
        "jonas": "Viele Grüße\nJonas Weber\nHalden Logistics",
        "quentin": "Cordialement\nQuentin Roche",
    },
)
