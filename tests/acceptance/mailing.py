"""Mails as they come in from outside, written by the tests."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid


def mail(
    *,
    sender: str,
    to: str,
    subject: str,
    text: str = "Good morning.",
    cc: str = "",
    reply_to: str = "",
    answers: list[str] | None = None,
) -> EmailMessage:
    """A mail with a Message-ID of its own; `answers` are the Message-IDs of the conversation so far."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, subject
    for name, value in (("Cc", cc), ("Reply-To", reply_to)):
        if value:
            message[name] = value
    message["Message-ID"] = make_msgid(domain="outside.example")
    if answers:
        message["In-Reply-To"], message["References"] = answers[-1], " ".join(answers)
    message.set_content(text)
    return message
