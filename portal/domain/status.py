"""The words of verdicts, METHOD.md section 0 and 3.5, as they stand in JSON."""

from __future__ import annotations

MET = "met"
NOT_MET = "not_met"
IN_DOUBT = "in_doubt"
NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
NOT_CONTRADICTED = "not_contradicted"

PASSING = frozenset({MET, NOT_CONTRADICTED})
"""Verdicts of a criterion that do not keep a level back."""

REACHED = "reached"
NOT_REACHED = "not_reached"
"""Verdicts of a whole level, beside IN_DOUBT and NOT_ENOUGH_EVIDENCE."""

FLAGS = (IN_DOUBT, NOT_ENOUGH_EVIDENCE)
"""Why a level that is held is in doubt."""
