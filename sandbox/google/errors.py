"""Google's errors, with the bodies and headers its API servers send."""

from __future__ import annotations

from typing import Any

# google.rpc.Code for each HTTP status: https://cloud.google.com/apis/design/errors#handling_errors
STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    410: "NOT_FOUND",
    412: "FAILED_PRECONDITION",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"


class GoogleError(Exception):
    """One refusal, as Google words it."""

    def __init__(self, code: int, reason: str, *, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.domain: str = extra.get("domain", "global")
        self.where: dict[str, str] = extra.get("where", {})
        self.headers: dict[str, str] = extra.get("headers", {})
        self.details: list[dict[str, Any]] = extra.get("details", [])
        self.short: str = extra.get("short", message)

    def body(self) -> dict[str, Any]:
        item = {"message": self.short, "domain": self.domain, "reason": self.reason, **self.where}
        error: dict[str, Any] = {"code": self.code, "message": self.message, "errors": [item]}
        error["status"] = STATUS.get(self.code, "UNKNOWN")
        if self.details:
            error["details"] = self.details
        return {"error": error}


def invalid(message: str, reason: str = "invalidArgument") -> GoogleError:
    return GoogleError(400, reason, message=message)


def not_found(message: str = "Requested entity was not found.") -> GoogleError:
    return GoogleError(404, "notFound", message=message)


def unauthenticated(*, missing: bool) -> GoogleError:
    tail = (
        "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
        "See https://developers.google.com/identity/sign-in/web/devconsole-project."
    )
    where = {"location": "Authorization", "locationType": "header"}
    realm = 'Bearer realm="https://accounts.google.com/"'
    if missing:
        message = f"Request is missing required authentication credential. {tail}"
        headers = {"WWW-Authenticate": realm}
        return GoogleError(401, "required", message=message, short="Login Required.", where=where, headers=headers)
    message = f"Request had invalid authentication credentials. {tail}"
    headers = {"WWW-Authenticate": f'{realm}, error="invalid_token"'}
    return GoogleError(401, "authError", message=message, short="Invalid Credentials", where=where, headers=headers)


def insufficient_scope(method: str, service: str, *, scopes: list[str]) -> GoogleError:
    info = {
        "@type": ERROR_INFO,
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"service": service, "method": method},
    }
    granted = " ".join(scopes)
    challenge = f'Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="{granted}"'
    return GoogleError(
        403,
        "insufficientPermissions",
        message="Request had insufficient authentication scopes.",
        short="Insufficient Permission",
        details=[info],
        headers={"WWW-Authenticate": challenge},
    )


def bad_field(field: str, description: str) -> GoogleError:
    violation = {"field": field, "description": description}
    details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    return GoogleError(400, "badRequest", message=description, details=details)


def too_many_at_once() -> GoogleError:
    return GoogleError(429, "rateLimitExceeded", message="Too many concurrent requests for user")


def quota_exceeded() -> GoogleError:
    # Worded and numbered as Gmail does in 2025: 403 with usageLimits, not 429.
    return GoogleError(
        403,
        "rateLimitExceeded",
        message="Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service "
        "'gmail.googleapis.com' for consumer 'project_number:100000000000'.",
        domain="usageLimits",
        details=[{"@type": ERROR_INFO, "reason": "RATE_LIMIT_EXCEEDED", "domain": "googleapis.com"}],
    )
