"""Integrity: what shows that no rating was dropped and no record altered (docs/integrity.md)."""
