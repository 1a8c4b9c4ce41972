"""`portal audit URL`: computes again what any portal publishes, from its open data alone.

It needs neither settings nor database, and imports nothing that does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import Request, urlopen

import click

from portal.domain import auditing

DISAGREES = 1
_SECONDS = 30
_LARGEST = 50_000_000
_SENSELESS = (KeyError, TypeError, ValueError, AttributeError, IndexError)


@dataclass
class Audit:
    """A portal under audit: what it publishes, how much was checked, what does not agree."""

    base: str
    checked: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def fetch(self, path: str) -> Any:
        """A JSON document; None where there is none. Raises OSError, ValueError."""
        text = self.read(path)
        return None if text is None else json.loads(text)

    def read(self, path: str) -> str | None:
        """What stands at an address of this portal. Raises OSError when it cannot be read."""
        url = urljoin(self.base, path)
        if urlsplit(url)[:2] != urlsplit(self.base)[:2]:
            raise OSError(f"{self.base} sends us to another site: {url}")
        try:
            with urlopen(Request(url), timeout=_SECONDS) as answer:  # noqa: S310 - http(s) only
                found: bytes = answer.read(_LARGEST)
        except HTTPError as error:
            if error.code == 404:
                return None
            raise OSError(f"{url} answers {error.code}") from error
        except URLError as error:
            raise OSError(f"{url} cannot be read: {error.reason}") from error
        return found.decode()

    def check(
        self, kind: str, subject: str, find: Callable[..., Iterable[str]], *known: Any
    ) -> None:
        """Note what `find` finds in what is known; data without sense agree with nothing."""
        self.checked[kind] = self.checked.get(kind, 0) + 1
        try:
            found = list(find(*known))
        except _SENSELESS as error:
            found = [f"makes no sense ({type(error).__name__}: {error})"]
        self.wrong += [f"{subject}: {one}" for one in found]


@click.command("audit")
@click.argument("url")
@click.pass_context
def audit(ctx: click.Context, url: str) -> None:
    """Compute what the portal at URL publishes again, from its open data alone.

    Does each level follow from the evidence beside it, and from the appraisals before? Do lists and
    badges say the same? Does no table show a group of fewer than 10 people, nor let one be worked
    out? Nothing is signed in to and nothing is changed.

    Says what does not agree, a line each. Exit status 0: everything agrees; 1: something does
    not; 2: there is no such portal.
    """
    found = audit_portal(url)
    for line in found.wrong:
        click.echo(line)
    counts = ", ".join(f"{kind} {count}" for kind, count in found.checked.items()) or "nothing"
    if found.wrong:
        click.echo(f"{len(found.wrong)} things at {found.base} do not agree. Checked: {counts}.")
        ctx.exit(DISAGREES)
    click.echo(f"Everything at {found.base} agrees. Checked: {counts}.")


def audit_portal(url: str) -> Audit:
    """Audit the portal at an address. Raises ValueError and OSError where there is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{url} is not the address of a portal, such as https://city.example")
    found = Audit(f"{parts.scheme}://{parts.netloc}/")
    services = list(_list_all(found, "services"))
    results = {str(one["service"]): _audit_service(found, one) for one in services}
    _audit_city(found, results)
    for response in _list_all(found, "responses"):
        subject = f"response {response.get('id')}"
        found.check("responses", subject, auditing.check_replies, response)
    _audit_lists(found)
    return found


def _audit_lists(found: Audit) -> None:
    for entry in (found.fetch("/api/v1/integrity/") or {"lists": []})["lists"]:
        subject = f"list of {entry.get('service')}, quarter from {entry.get('quarter')}"
        found.check("signed lists", subject, auditing.check_list, entry)


def _list_all(found: Audit, what: str) -> Iterator[dict[str, Any]]:
    path: str | None = f"/api/v1/{what}"
    while path:
        try:
            page = found.fetch(path)
            listed = page[what]
            path = page["next"]
        except _SENSELESS as error:
            raise ValueError(f"there is no portal at {found.base}") from error
        yield from listed


def _audit_service(found: Audit, listed: dict[str, Any]) -> list[dict[str, Any]]:
    """Check all that is published about a service; returns its results."""
    slug = str(listed["service"])
    address = f"/api/v1/services/{quote(slug, safe='')}"
    level = found.fetch(f"{address}/level")
    if level is not None:
        found.check("levels", slug, auditing.check_level, level)
        found.check("listed services", slug, auditing.check_listed, listed, level)
        _audit_badge(found, listed)
    elif listed["level"] is not None:
        found.wrong.append(f"{slug}: is listed with level {listed['level']}, and has none")
    figures = found.fetch(f"{address}/figures")
    if figures is not None:
        found.check("monthly figures", f"{slug}, figures", auditing.check_level, figures)
    _audit_appraisals(found, slug, address)
    for theme in (found.fetch(f"{address}/themes") or {"themes": []})["themes"]:
        found.check("themes", f"{slug}, theme {theme.get('id')}", auditing.check_theme, theme)
    return _audit_results(found, slug, f"{address}/results")


def _audit_badge(found: Audit, listed: dict[str, Any]) -> None:
    slug = str(listed["service"])
    for lang in sorted(listed["names"]):  # a city may have switched some of them off
        svg = found.read(f"/{quote(lang, safe='')}/services/{quote(slug, safe='')}/badge.svg")
        if svg is not None:
            found.check("badges", slug, auditing.check_badge, svg, listed["level"])
            return
    found.wrong.append(f"{slug}: has no badge")


def _audit_appraisals(found: Audit, slug: str, address: str) -> None:
    listed = (found.fetch(f"{address}/appraisals") or {"appraisals": []})["appraisals"]
    previous = None
    for one in reversed(listed):
        day = str(one["as_of"])
        subject = f"{slug}, appraisal of {day}"
        known = found.fetch(f"{address}/level/{quote(day, safe='')}")
        if known is None:
            found.wrong.append(f"{subject}: is listed, and is not there")
            continue
        found.check("appraisals", subject, auditing.check_level, known)
        if previous is None:
            found.check("steps between appraisals", subject, auditing.check_first_state, known)
        else:
            found.check("steps between appraisals", subject, auditing.check_state, known, previous)
        previous = known


def _audit_results(found: Audit, subject: str, path: str) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = (found.fetch(path) or {"results": []})["results"]
    for result in results:
        found.check("quarters of results", subject, auditing.check_results, result)
    return results


def _audit_city(found: Audit, services: dict[str, list[dict[str, Any]]]) -> None:
    known = [result for results in services.values() for result in results]
    for city in _audit_results(found, "the city", "/api/v1/results"):
        found.check("quarters of the city", "the city", _check_city, city, known)


def _check_city(city: dict[str, Any], services: list[dict[str, Any]]) -> Iterator[str]:
    return auditing.check_city(city, [one for one in services if auditing.is_beside(one, city)])
