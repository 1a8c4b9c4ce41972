"""Storing the demonstration city: departments, services and, in bulk, what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.demo.content import load_city, load_themes
from portal.demo.history import make_history
from portal.demo.partnership import PartnershipRecorder, plan_partnership
from portal.demo.profiles import PROFILES, Profile
from portal.demo.recorder import Authors, HistoryRecorder, Marlow
from portal.demo.sharing import Cases, share_theme
from portal.demo.targets import set_city_target, set_service_target
from portal.domain.contact import CityContact
from portal.models.services import (
    Department,
    DepartmentText,
    District,
    DistrictText,
    PageCheck,
    PopulationShare,
    Service,
    ServiceChannel,
    ServiceLanguage,
    ServiceText,
)
from portal.store.city import mark_as_demo, set_city_name, set_contact
from portal.store.content import raise_content_version
from portal.store.publicity import go_public_from
from portal.store.secrets import Secrets
from portal.store.targets import get_calendar, list_in_force
from portal.store.texts import source_hash

SEED = 20260101
SHARES = {"en": 0.72, "es": 0.17, "vi": 0.035, "zh-Hans": 0.03, "ar": 0.02, "ko": 0.025}
_YEARS = timedelta(days=760)
_PAGE_CHECKS = (760, 405, 45)  # days ago: somebody reads every page about once a year


class CityBuilder:
    """Builds Marlow into an empty database, within the caller's transaction."""

    def __init__(
        self, session: Session, *, now: datetime, zone: ZoneInfo, secrets: Secrets
    ) -> None:
        """Everything is dated relative to `now`, in the city's time zone."""
        self.session = session
        self.today = now.astimezone(zone).date()
        self.marlow = Marlow(session, now, zone, secrets, self.today - _YEARS, [])
        self.city = load_city()
        self.departments: dict[str, int] = {}

    def build_city(self) -> None:
        """Names, departments, districts and shares of languages."""
        for lang, name in self.city["name"].items():
            set_city_name(self.session, lang, name)
        set_contact(self.session, CityContact(**self.city["contact"]))
        mark_as_demo(self.session, self.today)
        go_public_from(self.session, self.marlow.opened, self.today)
        for position, (lang, share) in enumerate(SHARES.items()):
            self.session.add(PopulationShare(lang=lang, share=share, position=position))
        for raw in self.city["departments"]:
            department = Department(
                slug=raw["slug"], created_at=self.marlow.moment(self.marlow.opened)
            )
            self._add_named(department, raw["name"], DepartmentText, "department_id")
            self.departments[raw["slug"]] = department.id
        for position, raw in enumerate(self.city["districts"]):
            district = District(slug=raw["slug"], position=position)
            self._add_named(district, raw["name"], DistrictText, "district_id")

    def build_services(
        self, authors: Mapping[str, Authors], progress: Callable[[str], None] = lambda _slug: None
    ) -> list[int]:
        """Services with their texts and all their history; returns their ids."""
        districts = [raw["slug"] for raw in self.city["districts"]]
        themes = load_themes()
        ids = []
        opened, at = self.marlow.opened, self.marlow.moment(self.marlow.opened)
        set_city_target(self.session, opened=opened, today=self.today, at=at)
        self.marlow.calendar = get_calendar(self.session, opened, self.today + _YEARS)
        recorded: dict[str, tuple[HistoryRecorder, Cases]] = {}
        for number, raw in enumerate(self.city["services"]):
            profile = PROFILES[raw["slug"]]
            service_id = self._build_service(raw, profile)
            set_service_target(self.session, raw["slug"], opened=opened, at=at)
            self.marlow.targets = list_in_force(self.session, self.today)
            random = Random(SEED + number)
            history = make_history(random, profile, themes[raw["slug"]], districts, self.today)
            recorder = HistoryRecorder(self.marlow, service_id, authors[raw["department"]], random)
            planned = (
                plan_partnership(random, history.submissions, self.today)
                if profile.is_partner
                else []
            )
            cases = recorder.record(history, themes[raw["slug"]], raw["slug"])
            recorded[raw["slug"]] = recorder, cases
            if profile.is_partner:
                self._partners(recorder).record(planned, cases)
            ids.append(service_id)
            progress(raw["slug"])
        share_theme(self.session, recorded, themes)
        raise_content_version(self.session)
        return ids

    def _partners(self, recorder: HistoryRecorder) -> PartnershipRecorder:
        return PartnershipRecorder(
            self.session,
            recorder.service_id,
            recorder.theme_ids,
            recorder.authors.author_id,
            recorder.authors.reviewer_id,
            self.marlow.secrets,
            self.marlow.moment,
            self.today,
        )

    def _build_service(self, raw: Mapping[str, object], profile: Profile) -> int:
        service = Service(
            slug=raw["slug"],
            code=raw["code"],
            department_id=self.departments[str(raw["department"])],
            created_at=self.marlow.moment(self.marlow.opened),
        )
        self.session.add(service)
        self.session.flush()
        name, summary, about = raw["name"], raw["summary"], raw["about"]
        assert isinstance(name, dict)  # noqa: S101 - for the type checker
        assert isinstance(summary, dict)  # noqa: S101
        assert isinstance(about, dict)  # noqa: S101
        source = source_hash(name["en"], summary["en"], about["en"])
        checks = [self.today - timedelta(days=days) for days in _PAGE_CHECKS]
        for lang in name:
            self.session.add(
                ServiceText(
                    service_id=service.id,
                    lang=lang,
                    name=name[lang],
                    summary=summary[lang],
                    about=about[lang],
                    status="reviewed",
                    source_hash=None if lang == "en" else source,
                    updated_at=self.marlow.moment(checks[-1]),
                )
            )
            if lang not in profile.page_missing:
                self.session.add_all(
                    PageCheck(service_id=service.id, lang=lang, checked_on=day) for day in checks
                )
        self._open(service.id, profile, list(name))
        return service.id

    def _open(self, service_id: int, profile: Profile, languages: Sequence[str]) -> None:
        for lang in languages:
            for role in ("required", "input"):
                self.session.add(
                    ServiceLanguage(
                        service_id=service_id, lang=lang, role=role, opened_on=self.marlow.opened
                    )
                )
        offline = ("phone", "paper", "counter", "kiosk") if profile.offline else ()
        for channel in ("web", *offline):
            self.session.add(
                ServiceChannel(service_id=service_id, channel=channel, opened_on=self.marlow.opened)
            )
        self.session.flush()

    def _add_named(
        self, thing: Department | District, names: Mapping[str, str], text: type, key: str
    ) -> None:
        self.session.add(thing)
        self.session.flush()
        for lang, name in names.items():
            self.session.add(text(**{key: thing.id, "lang": lang, "name": name}))
