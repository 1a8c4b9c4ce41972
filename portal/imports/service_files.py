"""Lists of services as cities have them: CSV, Open311 GeoReport v2 in XML or JSON.

Every bad line is reported with its number and what is wrong with it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from portal.domain.language import is_language_tag

MAX_BYTES = 20 * 1024 * 1024
MAX_NAME = 200
MAX_CODE = 80
_NAME_COLUMN = re.compile(r"name:(.+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class ServiceLine:
    """One service as the file describes it; `number` is its line (CSV) or place, from 1."""

    number: int
    name: str
    code: str | None = None
    department: str | None = None
    description: str = ""
    names: Mapping[str, str] = field(default_factory=dict)  # by language, beside `name`


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be taken, and why."""

    number: int
    reason: str

    def __str__(self) -> str:
        """As it is reported."""
        return f"line {self.number}: {self.reason}"


def read_services(name: str, raw: bytes) -> tuple[list[ServiceLine], list[BadLine]]:
    """The services of the file or answer called `name`, and the lines that are no services.

    Raises ValueError when it cannot be understood as a whole.
    """
    if len(raw) > MAX_BYTES:
        raise ValueError(f"{name} is larger than {MAX_BYTES // 1024 // 1024} MB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} is not UTF-8 (byte {error.start})") from error
    start = text.lstrip()[:1]
    if start == "<":
        records = _read_xml(name, text)
    elif start in {"[", "{"}:
        records = _read_json(name, text)
    else:
        records = _read_csv(name, text)
    return _check(records)


def _read_csv(name: str, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
    try:
        columns = [column.strip() for column in reader.fieldnames or ()]
    except csv.Error as error:
        raise ValueError(f"{name} is not CSV: {error}") from error
    if "service_name" not in columns:
        raise ValueError(f"{name} has no column service_name")
    reader.fieldnames = columns
    yield from _csv_records(name, reader)


def _csv_records(name: str, reader: csv.DictReader[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise ValueError(f"{name}, line {reader.line_num}: not CSV ({error})") from error


def _read_xml(name: str, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    # Entities are of no use here and can grow a small file without end.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError(f"{name} holds a document type, which is not accepted")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no document type, see above
    except ElementTree.ParseError as error:
        raise ValueError(f"{name} is not XML: {error}") from error
    if root.tag != "services":
        raise ValueError(f"{name} is not an Open311 list of services (root {root.tag})")
    for number, element in enumerate(root.iter("service"), 1):
        yield number, {child.tag: child.text or "" for child in element}


def _read_json(name: str, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{name} is not JSON: {error}") from error
    if isinstance(found, dict):
        found = found.get("services")
    if not isinstance(found, list):
        raise ValueError(f"{name} is not an Open311 list of services")
    for number, record in enumerate(found, 1):
        yield number, record if isinstance(record, dict) else {}


def _check(
    records: Iterator[tuple[int, Mapping[str, Any]]],
) -> tuple[list[ServiceLine], list[BadLine]]:
    lines: list[ServiceLine] = []
    bad: list[BadLine] = []
    codes: dict[str, int] = {}
    for number, record in records:
        reason = _find_fault(record)
        if reason is None:
            line = _line(number, record)
            if line.code is not None and line.code in codes:
                reason = f"the code {line.code} stands in line {codes[line.code]} already"
            elif line.code is not None:
                codes[line.code] = number
        if reason is not None:
            bad.append(BadLine(number, reason))
        else:
            lines.append(line)
    return lines, bad


def _find_fault(record: Mapping[str, Any]) -> str | None:
    if record.get("") or any(value is None for value in record.values()):
        return "it has another number of columns than the first line"
    texts = {key: str(value) for key, value in record.items()}
    if not texts.get("service_name", "").strip():
        return "service_name is empty"
    if len(texts.get("service_code", "").strip()) > MAX_CODE:
        return f"service_code is longer than {MAX_CODE} characters"
    return next(filter(None, (_find_fault_in(key, value) for key, value in texts.items())), None)


def _find_fault_in(key: str, value: str) -> str | None:
    match = _NAME_COLUMN.fullmatch(key)
    if _CONTROL.search(value):
        return f"{key} holds control characters"
    if match and not is_language_tag(match[1]):
        return f"{match[1]} is not a language tag"
    if (match or key == "service_name") and len(value.strip()) > MAX_NAME:
        return f"{key} is longer than {MAX_NAME} characters"
    return None


def _line(number: int, record: Mapping[str, Any]) -> ServiceLine:
    texts = {key: " ".join(str(value).split()) for key, value in record.items()}
    names = {
        match[1]: value
        for key, value in texts.items()
        if (match := _NAME_COLUMN.fullmatch(key)) and value
    }
    return ServiceLine(
        number=number,
        name=texts["service_name"],
        code=texts.get("service_code") or None,
        department=texts.get("department") or texts.get("group") or None,
        description=texts.get("description", ""),
        names=names,
    )
