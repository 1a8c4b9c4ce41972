"""Structured logs: one JSON line each, without bodies, receipts or addresses (SECURITY.md T9)."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime

from flask import Flask, g, request
from werkzeug.wrappers import Response

_MOST_LINES = 200
_STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """A log record as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message and whatever `extra` holds."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "at": moment,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        if record.exc_info and record.exc_info[1] is not None:
            line["trace"] = trace_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def trace_of(error: BaseException) -> list[str]:
    """Where a fault and its causes happened, without what they say.

    A database's message quotes the row that it refused, and others quote addresses or answers.
    """
    found: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(found) < _MOST_LINES:
        state = getattr(cause, "sqlstate", None)
        found.append(f"{type(cause).__name__}{f' {state}' if state else ''}")
        found += [
            f"  {frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(cause.__traceback__)
        ]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return found


def configure(level: int = logging.INFO) -> None:
    """Send all logs to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)


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
