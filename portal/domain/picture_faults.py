"""Why a picture from elsewhere is not shown."""

from __future__ import annotations

PICTURE_FAULTS = (
    "not_picture",
    "damaged",
    "moving",
    "too_small",
    "too_large",
    "shape",
    "no_size",
    "active",
    "outside",
)
"""What is wrong with the picture itself; the same tomorrow, unless somebody replaces it."""
FETCH_FAULTS = (
    "unknown_name",
    "internal",
    "redirect",
    "silent",
    "certificate",
    "status",
    "too_heavy",
)
"""What kept it from arriving."""


class PictureRefusedError(ValueError):
    """`fault` is one of PICTURE_FAULTS."""

    def __init__(self, fault: str) -> None:
        """Raised while the picture is read."""
        super().__init__(fault)
        self.fault = fault
