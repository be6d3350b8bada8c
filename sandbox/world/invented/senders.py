"""What comes by itself in an invented world: shops and newsletters, into every account."""

from __future__ import annotations

import random
import re
from typing import Any

from sandbox.world.invented import words
from sandbox.world.invented.company import OWNERS, Company

SHOPS, LETTERS = 3, 2
"""Per account."""


def senders(company: Company, chance: random.Random) -> list[dict[str, Any]]:
    """Each shop and each letter writes to one or more accounts, at its own pace."""
    keys = list(company.cast.account_keys)
    shops = chance.sample(words.SHOPS, SHOPS + len(keys))
    found = [
        _sender(name, [keys[n % len(keys)], *chance.sample(keys, 1)], chance, category="CATEGORY_PROMOTIONS")
        for n, name in enumerate(shops)
    ]
    letters = chance.sample(words.LETTERS, LETTERS + 1)
    found += [_sender(name, chance.sample(keys, 2), chance, category="CATEGORY_UPDATES") for name in letters]
    robot = _sender("Build Robot", ["engineering"], chance, category="CATEGORY_FORUMS")
    return [*found, robot | {"email": f"builds@{company.cast.contacts[OWNERS[0]].email.split('@')[1]}"}]


def _sender(name: str, to: list[str], chance: random.Random, *, category: str) -> dict[str, Any]:
    promotes = category == "CATEGORY_PROMOTIONS"
    domain = re.sub(r"[^a-z]+", "-", name.lower()).strip("-") + ".example"
    templates = words.OFFERS if promotes else words.ISSUES
    return {
        "name": name,
        "email": f"hello@{domain}",
        "to": list(dict.fromkeys(to)),
        "days": chance.randint(4, 9),
        "first": chance.randint(1, 6),
        "hour": f"{chance.randint(6, 20):02d}:{chance.randrange(60):02d}",
        "category": category,
        "list_id": f"list.{domain}",
        "heading": name,
        "html_only": promotes and chance.random() < 0.3,
        "issues": chance.sample(templates, len(templates)),
    }
