"""Earlier records that are well-formed, but more than the database has room for."""

from __future__ import annotations

from collections.abc import Iterator

from portal.domain.raw_records import RawRecords, RawService

MOST_CHARACTERS = {"id": 70, "language": 16, "told_language": 16, "district": 80, "partner": 200}
MOST = 10**9


def storable_problems(records: RawRecords) -> list[str]:
    """What cannot be stored, record by record; empty when all is well."""
    found = list(_service_problems(records.service))
    for name, values in _records(records):
        found += [f"{name}: {what}" for what in _too_large(values)]
    return found


def _records(records: RawRecords) -> Iterator[tuple[str, dict[str, object]]]:
    for place, case in enumerate(records.submissions):
        yield f"submissions[{place}]", vars(case)
    for place, rating in enumerate(records.ratings):
        yield f"ratings[{place}]", vars(rating)
    for place, response in enumerate(records.responses):
        yield f"responses[{place}]", vars(response)
    for place, record in enumerate(records.co_decisions):
        yield f"co_decisions[{place}]", vars(record)


def _service_problems(service: RawService) -> Iterator[str]:
    named = (
        *service.required_languages,
        *service.info_languages,
        *service.input_languages,
        *service.population_share,
    )
    for lang in dict.fromkeys(named):
        if not 0 < len(lang) <= MOST_CHARACTERS["language"] or "\x00" in lang:
            yield f"service: {lang[:20]!r} is no language tag"
    if service.channels > MOST:
        yield "service: channels is too large"


def _too_large(record: dict[str, object]) -> Iterator[str]:
    for name, value in record.items():
        limit = MOST_CHARACTERS.get(name)
        if limit is not None and value is not None and len(str(value)) > limit:
            yield f"{name} has more than {limit} characters"
        if isinstance(value, int) and name != "id" and value > MOST:
            yield f"{name} is too large"
