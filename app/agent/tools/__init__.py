"""What the model can do: tools that read, tools that prepare a change, one that asks, one that looks ahead."""

from app.agent.tools.ask import AskPerson
from app.agent.tools.calendar import CreateEvent, ListEvents
from app.agent.tools.cards import ContinueAfter
from app.agent.tools.event_changes import ChangeEvents
from app.agent.tools.mail import ReadThread, SearchMail
from app.agent.tools.mail_changes import ChangeMail
from app.agent.tools.people import FindPerson
from app.agent.tools.skills import Assist
from app.agent.tools.time import BlockTime, FindFreeTime
from app.agent.tools.tool import Tool, langchain_tool
from app.agent.tools.writing import WriteMail

MAIL: tuple[type[Tool], ...] = (SearchMail, ReadThread, ChangeMail, WriteMail)
CALENDAR: tuple[type[Tool], ...] = (ListEvents, CreateEvent, ChangeEvents, FindFreeTime, BlockTime)
ALWAYS: tuple[type[Tool], ...] = (FindPerson, AskPerson)
FIRST: tuple[type[Tool], ...] = (Assist,)
"""Offered as long as no card is prepared: a skill brings cards of its own."""
PREPARED: tuple[type[Tool], ...] = (ContinueAfter,)
"""Offered as soon as one is."""
TOOLS = (*MAIL, *CALENDAR, *ALWAYS, *FIRST, *PREPARED)

__all__ = ["ALWAYS", "CALENDAR", "FIRST", "MAIL", "PREPARED", "TOOLS", "Tool", "langchain_tool"]
