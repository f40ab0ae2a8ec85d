"""The formats of `upsertspec render`. Each is a function of the report alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

Render = Callable[[Mapping[str, Any]], str]

FORMATS = {
    "html": "upsertspec.report.page:page",
    "markdown": "upsertspec.report.markdown:render",
    "digest": "upsertspec.report.digest:render",
    "junit": "upsertspec.report.junit:render",
    "ctrf": "upsertspec.report.ctrf:render",
    "cucumber": "upsertspec.report.cucumber:render",
    "badge": "upsertspec.report.badge:render",
    "badge-json": "upsertspec.report.badge:render_json",
}

ALLURE = "allure"
"""The format that is a folder of files, and not one text: `report.allure:files`."""


def renderer(name: str) -> Render:
    """The function that converts a report to this format. Raises KeyError for an unknown name."""
    module, _, function = FORMATS[name].partition(":")
    found: Render = getattr(import_module(module), function)
    return found
