"""What the model can do: five tools that read, three that prepare a change, one that looks ahead."""

from app.agent.tools.calendar import CreateEvent, ListEvents
from app.agent.tools.cards import ContinueAfter, WaitingCards
from app.agent.tools.mail import ArchiveEmails, ReadThread, SearchMail, SendReply
from app.agent.tools.people import FindPerson
from app.agent.tools.tool import Tool, langchain_tool

TOOLS: tuple[type[Tool], ...] = (
    SearchMail,
    ReadThread,
    ListEvents,
    FindPerson,
    WaitingCards,
    ArchiveEmails,
    SendReply,
    CreateEvent,
    ContinueAfter,
)

__all__ = ["TOOLS", "Tool", "langchain_tool"]
