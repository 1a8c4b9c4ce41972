"""Administrators' pages: every module here adds its views to the blueprint when it is imported."""

from portal.admin.routes import calibration, kiosks, thresholds
from portal.admin.routes.blueprint import blueprint

__all__ = ["blueprint", "calibration", "kiosks", "thresholds"]
