"""Lists of services as cities have them: CSV, Open311 GeoReport v2 in XML or JSON.

Every bad line is reported with its number and what is wrong with it: a fault has a name, by which
pages say it in the reader's language, and an English sentence for the command line.
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
from portal.store.files import place_of

MAX_BYTES = 20 * 1024 * 1024
# Characters: what the columns hold, and what the desk's forms let people write.
MAX_NAME, MAX_SUMMARY, MAX_CODE = 200, 500, 80
_NAME_COLUMN = re.compile(r"name:(.+)")
_MOST = {
    "service_name": MAX_NAME, "service_code": MAX_CODE, "department": MAX_NAME, "group": MAX_NAME,
    "description": MAX_SUMMARY,
}  # fmt: skip
# Halves of a surrogate pair too, which JSON can name and no database can keep.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class ServiceLine:
    """One service as the file describes it; `number` is its line (CSV) or place, from 1."""

    number: int
    name: str
    code: str | None = None
    department: str | None = None
    description: str = ""
    names: Mapping[str, str] = field(default_factory=dict)  # by language, beside `name`


FAULTS = {
    "columns": "it has another number of columns than the first line",
    "no_name": "service_name is empty",
    "long": "%(column)s is longer than %(most)s characters",
    "control": "%(column)s holds control characters",
    "language": "%(column)s is not a language tag",
    "code_twice": "the code %(code)s stands in line %(line)s already",
}
LIST_FAULTS = {
    "large": "it is larger than %(most)s MB",
    "encoding": "it is not UTF-8 (%(place)s); save it as UTF-8",
    "csv": "line %(line)s is not CSV",
    "no_column": "it has no column service_name",
    "document_type": "it holds a document type, which is not accepted",
    "xml": "it is not XML: %(detail)s",
    "json": "it is not JSON: %(detail)s",
    "no_list": "it is not an Open311 list of services",
}


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be taken, and why: `fault` is a key of FAULTS, `values` stand in it."""

    number: int
    fault: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """As the command line reports it."""
        return f"line {self.number}: {FAULTS[self.fault] % self.values}"


class ListError(ValueError):
    """The list as a whole cannot be understood; `fault` is a key of LIST_FAULTS."""

    def __init__(self, fault: str, **values: Any) -> None:
        """`values` stand in the fault's sentence."""
        super().__init__(LIST_FAULTS[fault] % values)
        self.fault, self.values = fault, values


def read_services(name: str, raw: bytes) -> tuple[list[ServiceLine], list[BadLine]]:
    """The services of the file or answer called `name`, and the lines that are no services.

    Raises ValueError when it cannot be understood as a whole.
    """
    try:
        return read_service_list(_decode(raw))
    except ListError as error:
        raise ValueError(f"{name}: {error}") from error


def _decode(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise ListError("large", most=MAX_BYTES // 1024 // 1024)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListError("encoding", place=place_of(error)) from error


def read_service_list(text: str) -> tuple[list[ServiceLine], list[BadLine]]:
    """The services of a text in any of the formats, and its bad lines. Raises ListError."""
    start = text.lstrip()[:1]
    if start == "<":
        return _check(_read_xml(text))
    return _check(_read_json(text) if start in {"[", "{"} else _read_csv(text))


def _read_csv(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
    try:
        columns = [column.strip() for column in reader.fieldnames or ()]
        if "service_name" not in columns:
            raise ListError("no_column")
        reader.fieldnames = columns
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise ListError("csv", line=reader.line_num) from error


def _read_xml(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    # Entities are of no use here and can grow a small file without end.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ListError("document_type")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no document type, see above
    except ElementTree.ParseError as error:
        raise ListError("xml", detail=error) from error
    if root.tag != "services":
        raise ListError("no_list")
    for number, element in enumerate(root.iter("service"), 1):
        yield number, {child.tag: child.text or "" for child in element}


def _read_json(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise ListError("json", detail="it is nested too deeply") from error
    except ValueError as error:  # also for a number of thousands of digits
        raise ListError("json", detail=error) from error
    if isinstance(found, dict):
        found = found.get("services")
    if not isinstance(found, list):
        raise ListError("no_list")
    for number, record in enumerate(found, 1):
        known = record.items() if isinstance(record, dict) else ()
        yield number, {key: "" if value is None else value for key, value in known}


def _check(
    records: Iterator[tuple[int, Mapping[str, Any]]],
) -> tuple[list[ServiceLine], list[BadLine]]:
    lines: list[ServiceLine] = []
    bad: list[BadLine] = []
    codes: dict[str, int] = {}
    for number, record in records:
        fault = _find_fault(number, record)
        if fault is None:
            line = _line(number, record)
            if line.code is not None and line.code in codes:
                values = {"code": line.code, "line": codes[line.code]}
                fault = BadLine(number, "code_twice", values)
            elif line.code is not None:
                codes[line.code] = number
        if fault is not None:
            bad.append(fault)
        else:
            lines.append(line)
    return lines, bad


def _find_fault(number: int, record: Mapping[str, Any]) -> BadLine | None:
    if record.get("") or any(value is None for value in record.values()):
        return BadLine(number, "columns")
    texts = {key: str(value) for key, value in record.items()}
    if not texts.get("service_name", "").strip():
        return BadLine(number, "no_name")
    faults = (_find_fault_in(number, key, value) for key, value in texts.items())
    return next(filter(None, faults), None)


def _find_fault_in(number: int, key: str, value: str) -> BadLine | None:
    match = _NAME_COLUMN.fullmatch(key)
    if _CONTROL.search(value):
        return BadLine(number, "control", {"column": key})
    if match and not is_language_tag(match[1]):
        return BadLine(number, "language", {"column": match[1]})
    most = MAX_NAME if match else _MOST.get(key)
    if most is not None and len(_in_one_line(value)) > most:
        return BadLine(number, "long", {"column": key, "most": most})
    return None


def _in_one_line(value: object) -> str:
    return " ".join(str(value).split())


def _line(number: int, record: Mapping[str, Any]) -> ServiceLine:
    texts = {key: _in_one_line(value) for key, value in record.items()}
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
