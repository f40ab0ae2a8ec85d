"""The search: Hypothesis makes sequences, and makes the one that shows a difference as small as it can."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import Flaky, NoSuchExample

from upsertspec.errors import CheckFailed, NotTestable, TargetSilent, TargetUnusable
from upsertspec.explore.moves.move import Move
from upsertspec.explore.moves.sequences import sequences
from upsertspec.explore.play import Player
from upsertspec.http.client import Client
from upsertspec.http.exchange import Exchange
from upsertspec.target.target import Target

SHRINKS = 800


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
    """One search on one target. With `must`, what the contract only recommends is left out."""

    def __init__(self, target: Target, client: Client, run_id: str, must: bool = False, shrinks: int = SHRINKS) -> None:
        self._target = target
        self._client = client
        self._must = must
        self._shrinks = shrinks
        self._marks = (f"{run_id}{number:05d}" for number in itertools.count(1))
        self._best: Finding | None = None
        self._moves: list[Move] = []
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
        with contextlib.suppress(NoSuchExample, Flaky):  # Flaky: the target, or the end of the shrinking
            find(
                sequences(self._target.profiles, self._must),
                lambda moves: self._differs(moves, seed),
                settings=how,
                random=Random(seed),  # noqa: S311 - to be repeated, no secret
            )
        self._leave_out(seed)
        return self._best

    def _leave_out(self, seed: int) -> None:
        """Leave out each move that the difference does not need: Hypothesis may have come to its end before."""
        for place in reversed(range(len(self._moves) if self._shrinks else 0)):
            fewer = self._moves[:place] + self._moves[place + 1 :]
            if fewer and not self._client.stopped:
                self._shows(fewer, seed)

    def _differs(self, moves: list[Move], seed: int) -> bool:
        if self._best is not None:
            self._after += 1
            if self._after > self._shrinks or self._client.stopped:
                return False
        return self._shows(moves, seed)

    def _shows(self, moves: list[Move], seed: int) -> bool:
        """Whether a sequence shows a difference; it is kept then."""
        self.tried += 1
        self._client.log.clear()
        player = Player(self._client, next(self._marks), tuple(self._target.roles), self._target.profiles)
        try:
            player.play(moves)
        except (CheckFailed, TargetSilent) as wrong:
            self._require_target(wrong)
            self._best, self._moves = self._found(player, wrong, seed), moves
            return True
        except NotTestable as wrong:
            self._require_target(wrong)
        return False

    def _require_target(self, wrong: Exception) -> None:
        """Raise TargetUnusable where the target has gone away, and nothing was found before."""
        if self._client.stopped and self._best is None:
            raise TargetUnusable(self._client.stopped) from wrong

    def _found(self, player: Player, wrong: CheckFailed | TargetSilent, seed: int) -> Finding:
        expected = wrong.expected if isinstance(wrong, CheckFailed) else "an answer"
        actual = wrong.actual if isinstance(wrong, CheckFailed) else str(wrong)
        title = "Found by exploring"
        return Finding(player.story.text(title), expected, actual, list(self._client.log), seed, self.tried)
