"""Several variants in one server, so that the whole suite need not be run for each: a stack.

Variants go together where they take the place of different parts. UPSERTSPEC_VARIANTS=alone runs each by itself.
"""

from __future__ import annotations

import dataclasses
import os
from typing import Any

from upsertspec_conforming import Variant, catalogue
from upsertspec_server.app import Parts


def stacks() -> list[list[Variant]]:
    """Every variant once, in as few stacks as a first fit gives."""
    alone = os.environ.get("UPSERTSPEC_VARIANTS") == "alone"
    found: list[list[Variant]] = []
    for variant in sorted(catalogue().values(), key=lambda each: -len(places(each))):
        room = next((stack for stack in found if not alone and fits(stack, variant)), None)
        if room is None:
            found.append([variant])
        else:
            room.append(variant)
    return found


def fits(stack: list[Variant], variant: Variant) -> bool:
    """Whether a variant takes no place that is taken."""
    return places(variant).keys().isdisjoint(name for each in stack for name in places(each))


def places(variant: Variant) -> dict[str, Any]:
    """What a variant differs in, by its place."""
    own = {name: part for name, part in vars(variant.parts).items() if part is not getattr(Parts(), name)}
    whole = {name: getattr(variant, name) for name in ("wire", "tables", "fields") if getattr(variant, name)}
    return {**own, **whole}


def stacked(stack: list[Variant]) -> Variant:
    """One server that is all of them."""
    built: dict[str, Any] = {name: value for variant in stack for name, value in places(variant).items()}
    whole = {name: built.pop(name) for name in ("wire", "tables", "fields") if name in built}
    schema = next((variant.schema for variant in stack if variant.fields), stack[0].schema)
    parts = dataclasses.replace(Parts(), **built)
    warns = tuple(criterion for variant in stack for criterion in variant.warns)
    name = " + ".join(variant.name for variant in stack)
    return Variant(name, "Several at once.", "Each by itself.", parts, schema=schema, warns=warns, **whole)
