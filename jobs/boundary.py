"""The boundary at the worker's side: a job opens what it needs, and what nobody foresaw is logged, not raised."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from app.domain.errors import StewardError
from app.domain.types import PersonId
from app.settings import Settings
from app.wiring import House, open_house

log = structlog.get_logger(__name__)

Work = Callable[[House, PersonId, UUID], Awaitable[None]]


async def run(name: str, work: Work, person: str, ident: str) -> None:
    """Do one piece of work in this job's own event loop. A failure leaves the row as it is: the sweeper brings it
    again, and the row counts its attempts."""
    try:
        async with open_house(Settings.load()) as house:
            await work(house, PersonId(UUID(person)), UUID(ident))
    except StewardError as failure:
        log.warning("job_put_down", job=name, id=ident, error=failure.code)
    except Exception as error:
        log.error("unforeseen", job=name, id=ident, error=type(error).__name__, exc_info=error)
