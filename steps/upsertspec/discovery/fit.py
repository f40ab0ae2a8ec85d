"""What fits an API: a ready-made dialect, the contract's own shape, or a shape that its document describes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from upsertspec.discovery.binding import Binding, bind
from upsertspec.discovery.document import Document
from upsertspec.discovery.fetch import LIMITS, Found, fetch
from upsertspec.discovery.overview import Overview
from upsertspec.discovery.resources import Resource
from upsertspec.discovery.toml import said, toml_text
from upsertspec.errors import TargetUnusable
from upsertspec.report.finding import WARNING, Finding
from upsertspec.spec.schema import tables
from upsertspec.target.target import Target, plain

BOUND = ("contacts", "image_metadata", "product_recommendations")
"""The tables that a resource can play: they have a key, and need no other table."""
SECONDS = 10.0
SHAPE = "shape"
INIT = "`upsertspec init {}` writes a target file for it"


@dataclass(frozen=True)
class Fit:
    """The dialect that fits, `shape` for one of a target file, and what speaks for it."""

    dialect: str
    why: str

    def __str__(self) -> str:
        setting = "a [shape]" if self.dialect == SHAPE else f"dialect = {toml_text(self.dialect)}"
        return f"{setting} fits this API: {self.why}"


def fit(found: Found) -> Fit | None:
    """What fits, or None if nothing is known to."""
    if known := found.recognised:
        return Fit(known.dialect, said(known.why))
    overview = Overview(Document(found.document), found.url)
    if overview.native:
        return Fit("native", f"its document has {said(f'POST {overview.native[0].path}')}")
    resource, _ = likeliest(overview.resources)
    if resource is None:
        return None
    return Fit(SHAPE, f"its document has {said(f'{resource.upsert.method} {resource.upsert.path}')}")


def findings(target: Target) -> list[Finding]:
    """What fits a target better than what its file says, or nothing. Sends GET only, as `fetch` does."""
    limits = replace(LIMITS, seconds=min(LIMITS.seconds, target.timeout))
    try:
        found = fetch(target.url, target.roles, limits, SECONDS, target.session, plain(target.headers))
    except TargetUnusable:
        return []
    fits = fit(found)
    is_said = fits is None or fits.dialect == target.dialect or (fits.dialect == SHAPE and target.source)
    return [] if is_said else [Finding(WARNING, str(fits), INIT.format(found.url))]


def likeliest(resources: Sequence[Resource]) -> tuple[Resource | None, list[Binding]]:
    """The likeliest resource that can play contacts, else the likeliest, and its bindings."""
    tried = [(resource, [bind(tables()[name], resource) for name in BOUND]) for resource in resources]
    usable = [each for each in tried if not each[1][0].problem]
    return next(iter([*usable, *tried]), (None, []))
