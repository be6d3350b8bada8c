"""The morning's digest: what today holds, what needs the person, and what came overnight."""

from app.skills.digest.mornings import Mornings
from app.skills.digest.skill import Digest

__all__ = ["Digest", "Mornings"]
