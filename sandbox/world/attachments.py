"""The files that hang on the world's mails."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.world.mime import Attachment, pdf

_TABLES: dict[str, str] = {
    "budget-first-figures.csv": "line,this year,next year\ntooling,148000,171000\ntravel,31000,36400\n"
    "people,912000,948000\nrent,66000,68000\nfreight,54000,54000\n",
    "reforecast.csv": "row,line,owner,forecast\n12,field test,Alex,26500\n13,housings,Sofia,20500\n"
    "14,pallet deposit,Sofia,3100\n15,customer visits,Alex,14000\n",
    "alpha-costs.csv": "what,euro\noak,140\nbronze screws,96\nvarnish,61\ncoffee,48\n",
    "press-text.txt": "A sensor that tells you the truth about your milk\n\nLisbon. Larkspur Instruments presents a "
    "sensor for the cold chain that shows drivers one colour instead of a table.\n",
}
_PAGES: dict[str, tuple[str, ...]] = {
    "warehouse-contract.pdf": ("Lease of a storage bay", "Term: six months", "Rent: unchanged", "Signature:"),
    "half-year-alex.pdf": ("My half year", "Proud of: the field test.", "Would do differently: the spring release."),
    "candidates.pdf": (
        "Second backend position",
        "1. Strong on queues, kind in review.",
        "2. Wrote the retry paper.",
        "3. Good, but wants to lead.",
    ),
    "train-tickets.pdf": ("Lisbon Oriente - Porto Campanha", "Carriage 22, seats 41 and 42"),
    "screens.pdf": ("Project X, final screens", "1. Pairing", "2. All is well: circle", "3. Open the door: triangle"),
    "quote-housings.pdf": ("Quotation 7731", "5,000 housings, 3.70 each", "Moulds: 21,000", "Valid for sixty days"),
    "purchase-order.pdf": ("Purchase order HL-2291", "72 sensors, 12 gateways", "Delivery: four weeks"),
    "invoice.pdf": ("Invoice", "Hosting, one month", "Payable within ten days"),
}


def _table(name: str) -> Attachment:
    return Attachment(name, "text/csv" if name.endswith(".csv") else "text/plain", _TABLES[name].encode())


def _page(name: str) -> Attachment:
    return Attachment(name, "application/pdf", pdf(_PAGES[name]))


def attachment(name: str) -> Attachment:
    """The file of this name; a KeyError names one that isn't there."""
    make: Callable[[str], Attachment] = _table if name in _TABLES else _page
    return make(name)
