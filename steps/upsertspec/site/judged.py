"""What third-party servers do at each criterion: the known failures of their target files."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from upsertspec.spec.files import targets_dir


@dataclass(frozen=True)
class Server:
    """A server that was judged: its name and version, its profiles, and by criterion the reasons of its failures."""

    name: str
    profiles: tuple[str, ...]
    failures: dict[str, tuple[str, ...]]

    @property
    def address(self) -> str:
        """Where it is told."""
        return f"servers.html#{self.name.replace(' ', '-')}"


def servers() -> list[Server]:
    """Every server that was judged, by name. None where the target files are not at hand."""
    found = []
    for file in sorted(targets_dir().glob("*/target.toml")):
        raw = tomllib.loads(file.read_text("utf-8"))
        reasons: dict[str, list[str]] = {}
        for known in raw.get("known_failures", []):
            reasons.setdefault(known["criterion"], []).append(known["reason"])
        failures = {criterion: tuple(dict.fromkeys(each)) for criterion, each in sorted(reasons.items())}
        found.append(Server(raw.get("name", file.parent.name), tuple(raw["profiles"]), failures))
    return found


def at(criterion: str, judged: Sequence[Server]) -> list[tuple[Server, tuple[str, ...]]]:
    """The servers that fail a criterion, each with the reasons."""
    return [(server, server.failures[criterion]) for server in judged if criterion in server.failures]
