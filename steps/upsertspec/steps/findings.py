"""What a scenario comes across on its way and what decides its result only at the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from upsertspec.errors import NotApplicable, NotTestable


@dataclass
class ScenarioFindings:
    """`secondary`: why the scenario is not testable although it went on to its end.

    `deviations`: declared statuses that came, by kind and status, each with a sentence for the report.
    `kept`: kinds of outcome that came with the contract's own status. `compared`: what the steps have compared so far,
    in words: a Then that compares nothing says nothing about the target.
    """

    secondary: list[NotTestable | NotApplicable] = field(default_factory=list)
    deviations: dict[str, str] = field(default_factory=dict)
    kept: dict[str, None] = field(default_factory=dict)
    compared: list[str] = field(default_factory=list)
