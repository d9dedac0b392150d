"""Hearing the instrumental: `analyze` turns Audio into a Backing."""

from __future__ import annotations

from vocalkit.backing.analyze import analyze

__all__ = ["analyze"]
