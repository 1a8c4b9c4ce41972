"""The catalogue of the open data (DCAT-US 3), where harvesters look for it.

As the JSON Schema of DCAT-US 3.0 has it (GSA/dcat-us on GitHub; it has no `@context`).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from portal.public.api.answers import licence
from portal.public.api.blueprint import every_language
from portal.public.documents import JSON, publish, to_json
from portal.store.city import get_contact
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read
from portal.web.site import city_name

blueprint = Blueprint("catalogue", __name__)

_RESULTS = (
    "By quarter: ratings by language, answers to each question, how long people waited, and "
    "whether the answers helped. Groups of fewer than 10 people are hidden."
)
_STANDARD = "https://resources.data.gov/dcat-us/3.0.0/catalog"
# (short name, title, description, endpoint of the JSON, endpoint of the CSV)
DATASETS = (
    ("services", "City services and their levels",
     "All services that residents can rate, with their published level.",
     "api.list_services", "api.list_services_csv"),
    ("responses", "You said, we did",
     "What the city answered to its residents, with every correction.",
     "api.list_responses", "api.list_responses_csv"),
    ("results", "What residents answered",
     _RESULTS,
     "api.list_city_results", "api.list_city_results_csv"),
    ("integrity", "Signed days",
     "Commitments to everything that entered the records, a signed and chained list a day.",
     "integrity_api.show_index", None),
)  # fmt: skip


@blueprint.get("/data.json")
@access(Access.OPEN_DATA)
def show_catalogue() -> Response:
    """What data there are, who publishes them, and where they are."""
    return publish(JSON, lambda: to_json(_catalogue()))


def _catalogue() -> dict[str, Any]:
    publisher = {"@type": "Organization", "name": _city()}
    return {
        "@type": "Catalog",
        "conformsTo": {"@type": "Standard", "@id": _STANDARD, "title": "DCAT-US 3.0"},
        "title": f"{_city()}: open data of the engagement portal",
        "publisher": publisher,
        "language": _languages(),
        "homepage": _page(),
        **_terms(),
        "dataset": [_dataset(*one, publisher=publisher) for one in DATASETS],
        "service": [
            {
                "@type": "DataService",
                "title": "Open data of the engagement portal",
                "contactPoint": [_contact()],
                "publisher": publisher,
                "endpointURL": [_address("api.list_services").rpartition("/")[0]],
                "endpointDescription": [_address("api.show_description")],
                **_terms(),
            }
        ],
    }


def _dataset(
    name: str,
    title: str,
    description: str,
    json: str,
    csv: str | None,
    *,
    publisher: dict[str, Any],
) -> dict[str, Any]:
    files = [(json, "application/json"), *([(csv, "text/csv")] if csv else [])]
    return {
        "@type": "Dataset",
        "identifier": f"{_base()}/data.json#{name}",
        "title": title,
        "description": description,
        "keyword": ["city services", "participation", name],
        "publisher": publisher,
        "contactPoint": [_contact()],
        "language": _languages(),
        "landingPage": _page(),
        "describedBy": {
            "@type": "Distribution",
            "title": "Addresses and fields (OpenAPI)",
            "downloadURL": _address("api.show_description"),
            "mediaType": "application/json",
        },
        "accrualPeriodicity": "quarterly" if name == "results" else "daily",
        **_terms(),
        "distribution": [
            {
                "@type": "Distribution",
                "title": f"{title} ({kind.rpartition('/')[2].upper()})",
                "downloadURL": _address(endpoint),
                "mediaType": kind,
                "format": kind.rpartition("/")[2].upper(),
                **_terms(),
            }
            for endpoint, kind in files
        ],
    }


def _city() -> str:
    return city_name(every_language().lang)


def _languages() -> list[str]:
    """Languages in two letters, as the schema wants them; others are left out."""
    codes = (tag.partition("-")[0] for tag in portal().settings.languages)
    return list(dict.fromkeys(code for code in codes if len(code) == 2))


def _page() -> dict[str, str]:
    address = _address("public.show_open_data", lang=every_language().lang)
    return {"@type": "Document", "title": "Open data", "accessURL": address}


def _contact() -> dict[str, Any]:
    """Whom to write to: where the city is reached, else where its mail comes from."""
    sender = portal().settings.mail_from.rpartition("<")[2].rstrip(">")
    address = get_contact(read()).email or sender
    mail = {"hasEmail": f"mailto:{address}"} if address else {}
    return {"@type": "Kind", "fn": _city(), **mail}


def _terms() -> dict[str, str]:
    terms = licence()
    return {"license": terms} if terms else {}


def _address(endpoint: str, **values: Any) -> str:
    return f"{_base()}{url_for(endpoint, **values)}"


def _base() -> str:
    return portal().settings.base_url.rstrip("/")
