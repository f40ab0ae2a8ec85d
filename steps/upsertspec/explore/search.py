"""The search: Hypothesis makes sequences, and makes the one that shows a difference as small as it can."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample

from upsertspec.client import Client
from upsertspec.errors import CheckFailed, NotTestable, TargetSilent, TargetUnusable
from upsertspec.evidence import Exchange
from upsertspec.explore.moves.move import Move
from upsertspec.explore.moves.sequences import sequences
from upsertspec.explore.play import Player
from upsertspec.target.model import Target

SHRINKS = 300


@dataclass(frozen=True)
class Finding:
    """A sequence that shows a difference: as a scenario, what was expected and what came, and the exchanges."""

    scenario: str
    expected: str
    actual: str
    exchanges: Sequence[Exchange]
    seed: int
    tried: int


class Search:
    """One search on one target."""

    def __init__(self, target: Target, client: Client, run_id: str) -> None:
        self._target = target
        self._client = client
        self._marks = (f"{run_id}{number:05d}" for number in itertools.count(1))
        self._best: Finding | None = None
        self._after = 0
        self.tried = 0

    def run(self, seed: int, examples: int) -> Finding | None:
        """The smallest sequence that was found to show a difference, or None. At most `examples` are tried for it."""
        how = settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        with contextlib.suppress(NoSuchExample):
            find(
                sequences(self._target.profiles),
                lambda moves: self._differs(moves, seed),
                settings=how,
                random=Random(seed),  # noqa: S311 - to be repeated, no secret
            )
        return self._best

    def _differs(self, moves: list[Move], seed: int) -> bool:
        if self._best is not None:
            self._after += 1
            if self._after > SHRINKS:
                return False
        self.tried += 1
        self._client.log = []
        player = Player(self._client, next(self._marks), tuple(self._target.roles), self._target.profiles)
        try:
            player.play(moves)
        except (CheckFailed, TargetSilent) as wrong:
            if self._client.stopped:
                raise TargetUnusable(self._client.stopped) from wrong
            self._best = self._found(player, wrong, seed)
            return True
        except NotTestable as wrong:
            if self._client.stopped:
                raise TargetUnusable(str(wrong)) from wrong
        return False

    def _found(self, player: Player, wrong: CheckFailed | TargetSilent, seed: int) -> Finding:
        expected = wrong.expected if isinstance(wrong, CheckFailed) else "an answer"
        actual = wrong.actual if isinstance(wrong, CheckFailed) else str(wrong)
        title = "Found by exploring"
        return Finding(player.story.text(title), expected, actual, list(self._client.log), seed, self.tried)
