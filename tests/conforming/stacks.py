"""A stack is several conforming servers in one, so that the suite need not run for each.

Entries fit together if their parts take different places. UPSERTSPEC_CONFORMING=alone runs each by itself.
"""

from __future__ import annotations

import os
from typing import Any

from upsertspec_catalogue import Entry
from upsertspec_catalogue.entries import place
from upsertspec_conforming import catalogue
from upsertspec_conforming.wire import Wire

WIRE = {"version": "packets", "keeps": "ends"}
"""What an attribute of a wire decides: no packet is a chunk in HTTP/1.0, and each answer ends its connection."""


def stacks() -> list[list[Entry]]:
    """Every entry once, in as few stacks as a first fit gives."""
    alone = os.environ.get("UPSERTSPEC_CONFORMING") == "alone"
    found: list[list[Entry]] = []
    for entry in sorted(catalogue().values(), key=lambda each: -len(places(each))):
        room = next((stack for stack in found if not alone and fits(stack, entry)), None)
        if room is None:
            found.append([entry])
        else:
            room.append(entry)
    return found


def places(entry: Entry) -> set[str]:
    """The places that the parts of an entry take.

    Functions that change the same part of an answer begin with the same word (`location_is_absolute`,
    `location_is_relative`), which counts as their place. A wire takes the places of what it overrides.
    """
    return {name for part in entry.parts for name in _places(part)}


def _places(part: Any) -> set[str]:
    if place(part) == "wire":
        return {WIRE.get(name, name) for name in vars(part) if hasattr(Wire, name) and not name.startswith("__")}
    return {place(part) or part.__name__.partition("_")[0]}


def fits(stack: list[Entry], entry: Entry) -> bool:
    """Whether an entry takes no place that is taken."""
    return places(entry).isdisjoint(name for each in stack for name in places(each))


def stacked(stack: list[Entry]) -> Entry:
    """One server that combines them all."""
    parts = [part for entry in stack for part in entry.parts]
    wires = tuple(part for part in parts if place(part) == "wire")
    others = tuple(part for part in parts if part not in wires)
    return Entry(
        name=" + ".join(entry.name for entry in stack),
        says="Several at once.",
        parts=(*others, type("Stacked", wires, {})) if wires else others,
        warns=tuple(criterion for entry in stack for criterion in entry.warns),
        tables={ours: theirs for entry in stack for ours, theirs in entry.tables.items()},
        fields={ours: theirs for entry in stack for ours, theirs in entry.fields.items()},
    )
