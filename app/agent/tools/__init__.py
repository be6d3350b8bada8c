"""What the model can do: tools that read, tools that prepare a change, one that asks, one that looks ahead."""

from app.agent.tools.calendar import CreateEvent, ListEvents
from app.agent.tools.cards import ContinueAfter
from app.agent.tools.mail import ArchiveEmails, ReadThread, SearchMail, SendReply
from app.agent.tools.people import FindPerson
from app.agent.tools.tool import Tool, langchain_tool

MAIL: tuple[type[Tool], ...] = (SearchMail, ReadThread, ArchiveEmails, SendReply)
CALENDAR: tuple[type[Tool], ...] = (ListEvents, CreateEvent)
ALWAYS: tuple[type[Tool], ...] = (FindPerson, ContinueAfter)
TOOLS = (*MAIL, *CALENDAR, *ALWAYS)

__all__ = ["ALWAYS", "CALENDAR", "MAIL", "TOOLS", "Tool", "langchain_tool"]
