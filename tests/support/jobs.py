"""What the worker does, one job at a time."""

from __future__ import annotations

from flask import Flask

from portal.worker import Job, list_jobs


def find_job(app: Flask, name: str) -> Job:
    """The worker's job of this name."""
    return next(job for job in list_jobs(app) if job.name == name)
