"""Reading files that people hand to a command: what is wrong is said in one line."""

from __future__ import annotations

import json
from pathlib import Path


class FileError(ValueError):
    """A file that cannot be read as what it should be; the message names it and says why."""


def read_json(path: Path) -> object:
    """What a JSON file in UTF-8 holds. Raises FileError."""
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_refuse)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path} is not UTF-8 text ({place_of(error)})") from error
    except RecursionError as error:
        raise FileError(f"{path} is nested too deeply") from error
    except ValueError as error:
        raise FileError(f"{path} is not JSON: {error}") from error


def place_of(error: UnicodeDecodeError) -> str:
    """Where the first byte stands that is no UTF-8, as editors count."""
    line_start = error.object.rfind(b"\n", 0, error.start) + 1
    line = error.object.count(b"\n", 0, error.start) + 1
    return f"line {line}, byte {error.start - line_start + 1}"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
