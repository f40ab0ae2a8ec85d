"""What a scenario comes across on its way that decides its result only in the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from upsertspec.errors import NotTestable


@dataclass
class Notes:
    """`suspicions`: why the scenario is not testable, although it went on. `deviations`: declared statuses that came,
    each as its kind of outcome and the status, with the status of the contract. `kept`: kinds that came as in the
    contract."""

    suspicions: list[NotTestable] = field(default_factory=list)
    deviations: dict[str, str] = field(default_factory=dict)
    kept: dict[str, None] = field(default_factory=dict)
