"""What is printed: sizes of paper, named as the stylesheet paper.css names its pages."""

from __future__ import annotations

from portal.web.context import portal

PAPERS = {"letter": "Letter", "a4": "A4"}  # trade names: the same in every language
# Countries that print on Letter; everybody else has ISO 216 (CLDR: measurementData, paperSize).
_LETTER = frozenset(
    "BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split()  # noqa: SIM905 - reads as CLDR has it
)


def paper_size(wanted: str) -> str:
    """The paper asked for, else what the city's country prints on."""
    if wanted in PAPERS:
        return wanted
    return "letter" if portal().settings.country in _LETTER else "a4"
