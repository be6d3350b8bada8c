"""Facts in words without a rule of their own: each one named, nothing added."""

from sandbox.models.planner.conversation import Json

MOST = 6  # facts that are named


def told(material: Json) -> str:
    """The facts that are plain values, a sentence each."""
    plain = [(name, value) for name, value in material.items() if isinstance(value, str | int | float) and value != ""]
    return " ".join(f"{name.replace('_', ' ').capitalize()}: {value}." for name, value in plain[:MOST]) or "Nothing."
