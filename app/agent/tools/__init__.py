"""What the model can do: tools that read, tools that prepare a change, one that asks, one that looks ahead."""

from app.agent.tools.ask import AskPerson
from app.agent.tools.calendar import CreateEvent, ListEvents
from app.agent.tools.cards import ContinueAfter
from app.agent.tools.event_changes import ChangeEvents
from app.agent.tools.mail import ReadThread, SearchMail
from app.agent.tools.mail_changes import ChangeMail
from app.agent.tools.people import FindPerson
from app.agent.tools.time import BlockTime, FindFreeTime
from app.agent.tools.tool import Tool, langchain_tool
from app.agent.tools.writing import WriteMail

MAIL: tuple[type[Tool], ...] = (SearchMail, ReadThread, ChangeMail, WriteMail)
CALENDAR: tuple[type[Tool], ...] = (ListEvents, CreateEvent, ChangeEvents, FindFreeTime, BlockTime)
ALWAYS: tuple[type[Tool], ...] = (FindPerson, AskPerson, ContinueAfter)
TOOLS = (*MAIL, *CALENDAR, *ALWAYS)

__all__ = ["ALWAYS", "CALENDAR", "MAIL", "TOOLS", "Tool", "langchain_tool"]
