"""Structured logs: one JSON line each, without bodies, receipts or addresses (SECURITY.md T9)."""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime

from flask import Flask, g, request
from werkzeug.wrappers import Response

_STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """A log record as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message and whatever `extra` holds."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "at": moment,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: int = logging.INFO) -> None:
    """Send all logs to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it speaks up at every /readyz


def register(app: Flask) -> None:
    """Log every request by its route, never by its address: that may hold a receipt."""
    log = logging.getLogger("portal.requests")

    @app.before_request
    def start_timer() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def log_request(response: Response) -> Response:
        if log.isEnabledFor(logging.INFO):
            seconds = time.perf_counter() - g.get("started", time.perf_counter())
            log.info(
                "request",
                extra={
                    "method": request.method,
                    "route": str(request.url_rule) if request.url_rule else None,
                    "status": response.status_code,
                    "ms": round(seconds * 1000, 1),
                },
            )
        return response
