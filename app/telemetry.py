"""Structured logs without content, and metrics."""

import logging
import sys

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from structlog.types import EventDict, Processor, WrappedLogger

CONTENT = frozenset({"text", "body", "subject", "snippet", "payload", "message", "blocks", "title", "raw", "email"})
"""Keys under which a person's content might travel: their values never reach a log."""
QUIET = ("slack_bolt", "slack_sdk", "rq", "aiohttp", "httpx", "googleapiclient", "alembic")
"""Libraries whose own lines may quote what they carry: only their warnings are kept."""
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)
"""Seconds."""


def configure_logs(*, level: str, style: str) -> None:
    """Console lines or JSON on standard error."""
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s", force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    console = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    renderer: Processor = structlog.processors.JSONRenderer() if style == "json" else console
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_content,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def without_content(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drops what people wrote, whoever logs it."""
    return {key: "…" if key in CONTENT else value for key, value in event.items()}


class Telemetry:
    """One process's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        home = self.registry
        self.envelopes = Counter(
            "steward_envelopes",
            "Envelopes from Slack, by what became of them: kept, duplicate, refused",
            ["outcome"],
            registry=home,
        )
        self.keeping = Histogram(
            "steward_keeping_seconds", "From an envelope to its durable row", buckets=BUCKETS, registry=home
        )
        self.answering = Histogram(
            "steward_answering_seconds",
            "From an envelope to all that it causes here",
            ["kind"],
            buckets=BUCKETS,
            registry=home,
        )
        self.decisions = Counter(
            "steward_decisions",
            "Clicks on cards, by decision and by whether they moved something",
            ["decision", "outcome"],
            registry=home,
        )
        self.waiting = Gauge("steward_waiting", "Rows nobody works on, at the last sweep", ["kind"], registry=home)

    def render(self) -> tuple[bytes, str]:
        """Prometheus' text format and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
