"""The job that anchors the audit trail: once a day, the end of every chain goes into a signed file."""

import structlog

from app.domain.errors import StewardError
from app.settings import Settings
from app.wiring import make_anchors, open_house

log = structlog.get_logger(__name__)


async def anchor() -> None:
    """Called by the scheduler's tick, more often than once a day: a day that was missed in part is anchored late."""
    try:
        settings = Settings.load()
        anchors = make_anchors(settings)
        async with open_house(settings) as house:
            now = house.services.clock.now()
            # Not before there is something to anchor: the first day's anchor would say nothing.
            if anchors.due(now) and (chains := await house.store.audit.tails()):
                anchors.write(chains, now)
    except StewardError as failure:
        log.warning("anchor_put_off", error=failure.code)
    except OSError as refused:
        log.error("anchor_not_written", folder=str(settings.home), error=refused.strerror)
