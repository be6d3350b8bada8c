"""What Google answers, and its errors in our words. Source: the error pages of Gmail's and Calendar's API guides."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from app.domain.errors import Conflict, Faulty, Missing, ProviderError, Refused, ScopeMissing, Throttled
from app.domain.permissions import Permission
from app.domain.types import Account

QUOTA_PAUSE = timedelta(seconds=2)
"""Waited when Google names no Retry-After."""
QUOTA_REASONS = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
SCOPE_REASONS = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
UNAUTHORIZED = 401
MAIL = "Gmail"
"""What the provider of mail is called; the other one is the calendar."""


@dataclass(frozen=True)
class Answer:
    """An answer off the wire, or one part of a batch's."""

    status: int
    body: dict[str, Any]
    retry_after: timedelta | None = None

    @classmethod
    def of(cls, status: int, content: bytes, retry_after: str) -> "Answer":
        """Google answers in UTF-8 and JSON; what stands before it (a proxy, a captive portal) may not."""
        return cls(status, _parsed(content.decode(errors="replace")), pause(retry_after, datetime.now(UTC)))


def pause(retry_after: str, now: datetime) -> timedelta | None:
    """How long a Retry-After says to wait, in seconds or until an HTTP date (RFC 9110, 10.2.3); None for neither."""
    if retry_after.isdigit():
        return timedelta(seconds=int(retry_after))
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta())


def failure(answer: Answer, account: Account, provider: str) -> ProviderError | None:
    """What an answer says is wrong; None when it is a success."""
    status = answer.status
    if status < 300:
        return None
    why, reasons = _told(answer)
    if status == 429 or (status == 403 and reasons & QUOTA_REASONS):
        pause = QUOTA_PAUSE if answer.retry_after is None else answer.retry_after
        return Throttled(retry_after=pause, provider=provider)
    if status == 403 and reasons & SCOPE_REASONS:
        return ScopeMissing(account=account.email, needs={account.id: (_wanted(account, provider),)})
    if status in (404, 410):
        return Missing(provider=provider, what="thing")
    if status in (409, 412):
        return Conflict(provider=provider, why=why)
    fault = status >= 500
    return Faulty(provider=provider, why=f"status {status}") if fault else Refused(provider=provider, why=why)


def _wanted(account: Account, provider: str) -> Permission:
    """What a request that was refused took: a look, or what goes beyond it."""
    mail = provider == MAIL
    look = Permission.READ_MAIL if mail else Permission.READ_CALENDAR
    change = Permission.CHANGE_MAIL if mail else Permission.CHANGE_CALENDAR
    return look if account.lacks([look]) else change


def _told(answer: Answer) -> tuple[str, set[str]]:
    """Google's sentence, and its words for the reasons."""
    error = answer.body.get("error", {})
    error = error if isinstance(error, dict) else {"message": str(error)}
    told = [*(error.get("errors") or ()), *(error.get("details") or ())]
    reasons = {str(e.get("reason")) for e in told if isinstance(e, dict)}
    return str(error.get("message") or f"status {answer.status}").rstrip("."), reasons


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {"error": {"message": "an answer that is not JSON"}}
    return found if isinstance(found, dict) else {}
