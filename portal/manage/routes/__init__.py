"""Managers' pages: every module here adds its views to the blueprint when it is imported."""

from portal.manage.routes import trends, warnings
from portal.manage.routes.blueprint import blueprint

__all__ = ["blueprint", "trends", "warnings"]
