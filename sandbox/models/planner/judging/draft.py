"""Drafting a short mail by rule: what was asked is taken up and left open, and every fact is one of those given."""

from collections.abc import Sequence

from sandbox.models.planner.conversation import Json
from sandbox.models.planner.letter import Letter

MOST = 2  # questions taken up
LONGEST = 120  # characters of one that is repeated


def draft(material: Json) -> str:
    """The text of a reply, of a reminder, or of a question whether a meeting can be moved."""
    untrusted = material.get("untrusted") or {}
    names = [str(name) for name in untrusted.get("to") or ()]
    letter = Letter(names[0].split()[0] if len(names) == 1 and "@" not in names[0] else "", str(material.get("writer")))
    if material.get("kind") == "move":
        return letter.around(_moving(material, str(untrusted.get("meeting") or "our meeting")))
    mails = [mail for mail in material.get("mails") or () if isinstance(mail, dict)]
    last = mails[-1] if mails else {}
    subject = " ".join(str((last.get("untrusted") or {}).get("subject") or "").split())
    about = f" about “{subject}”" if subject else ""
    asked = [str(question) for question in untrusted.get("asked") or ()]
    if material.get("kind") == "reminder":
        return letter.around(_reminding(about, str(last.get("date") or ""), asked))
    return letter.around(_answering(about, asked))


def _moving(material: Json, meeting: str) -> str:
    times = "\n".join(f"• {time}" for time in material.get("times") or ())
    return (
        f"Would it be possible to move {meeting}, now on {material.get('now')}? These times would suit me:\n\n{times}"
    )


def _reminding(about: str, date: str, asked: Sequence[str]) -> str:
    sent = f" of {date}" if date else ""
    question = f" I had asked: {_repeated(asked)}" if asked else ""
    return f"Just a friendly reminder of my mail{about}{sent}.{question} I'd be glad to hear from you."


def _answering(about: str, asked: Sequence[str]) -> str:
    if not asked:
        return f"Thank you for your mail{about}. I have read it and will get back to you."
    many = "questions" if len(asked) > 1 else "question"
    return f"Thank you for your mail{about}. I will get back to you on your {many}: {_repeated(asked)}"


def _repeated(asked: Sequence[str]) -> str:
    short = [each if len(each) <= LONGEST else f"{each[: LONGEST - 1]}…" for each in asked[:MOST]]
    return " ".join(f"“{each}”" for each in short)
