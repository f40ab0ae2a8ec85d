"""The search: Hypothesis makes and shrinks sequences; this decides what counts as a difference."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Flaky

from upsertspec.errors import CheckFailed, NotApplicable, NotTestable, TargetSilent
from upsertspec.explore.machine import Step, sequences
from upsertspec.explore.patient_client import PatientClient, Sleep
from upsertspec.explore.restrictions import LearntRestrictions
from upsertspec.explore.scenario import Scenario
from upsertspec.explore.schema import Schema
from upsertspec.explore.sequence import OperationSequence, PlayedOperation, Unanswered
from upsertspec.http.exchange import Exchange
from upsertspec.http.probe import search as search_for_nobody
from upsertspec.run.restart import Restarts
from upsertspec.spec.schema import ROLES, roles
from upsertspec.target.target import Target

TITLE = "Found by exploring"
ROUND, SEEDS = 10, 2**32
"""How many sequences Hypothesis makes from one seed. After ten it mostly varies what it has tried, and finds less."""
TOLD = 100
"""After so many sequences, the search says how far it is."""
SHRINKS = 800
"""How many sequences are tried at most to make a difference smaller."""
OK, REFUSED, TOO_MANY, SERVER_ERROR = 200, (401, 403), 429, 500
LOOKS, PAUSE = 5, 1.0
MOST_RESTARTS = 100
UNANSWERED_IN_A_ROW = 3
ENOUGH = 0.5
"""The share of the sequences that has to be judged."""


@dataclass(frozen=True)
class Finding:
    """A sequence as a scenario, what was expected, what came, and the exchanges."""

    scenario: str
    expected: str
    actual: str
    exchanges: Sequence[Exchange]

    @property
    def status(self) -> int | None:
        """The status of the last answer; None if none came."""
        return self.exchanges[-1].status if self.exchanges else None


@dataclass
class Result:
    """What a search found.

    `finding` is a difference; it came twice if it is `repeated`. `ended` says why the search ended early, and `last`
    is then the sequence before it. `passing` are errors of the server that did not come again, `restrictions` the
    valid values that the target always refuses. `left_out` counts the operations that were not sent, by reason. A
    sequence with nothing else is `empty`, and counts neither as tried nor as judged.
    """

    tried: int = 0
    judged: int = 0
    finding: Finding | None = None
    repeated: bool = False
    ended: str = ""
    last: Finding | None = None
    passing: list[str] = field(default_factory=list)
    restrictions: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    empty: int = 0

    @property
    def is_enough(self) -> bool:
        """Whether enough sequences were judged to say something about the target."""
        return not self.ended and self.judged >= max(1, ENOUGH * self.tried)


class Difference(Exception):
    """Tells Hypothesis that a sequence shows a difference."""


class SearchEnded(BaseException):
    """Nothing more can be judged. Not an Exception, so that Hypothesis lets it through."""


class Search:
    """One search on one target. With `must`, what the contract only recommends is left out."""

    def __init__(
        self, target: Target, run_id: str, must: bool = False, shrinks: int = SHRINKS, sleep: Sleep = time.sleep
    ) -> None:
        self.schema = Schema.of(target)
        self.result = Result()
        self._target = target
        self._sleep = sleep
        self._marks = (f"{run_id}{number:05d}" for number in itertools.count(1))
        self._sequences = sequences(self.schema, must)
        self._restrictions = LearntRestrictions(self.schema, lambda: self._new(self._probes))
        self._restarts = Restarts(target, MOST_RESTARTS)
        self._client, self._probes = self._new_client(), self._new_client()
        self._shrinks = shrinks
        self._unanswered = 0
        self._operations: list[PlayedOperation] = []
        self._previous: tuple[Scenario, list[Exchange]] | None = None

    def text(self, text: str) -> str:
        """The text without the target's secrets."""
        return self._client.masker.text(text)

    def run(self, number: int, examples: int, progress: Callable[[int], object] = bool) -> Result:
        """Try up to `examples` sequences. End with the first difference that comes twice, made as small as possible.

        `progress` is told how many were tried, after each hundred.
        """
        with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as stack:
            stack.callback(self._restarts.end)
            stack.callback(self._probes.close)
            stack.callback(lambda: self._client.close())
            stack.callback(set_hypothesis_home_dir, None)
            set_hypothesis_home_dir(home)  # it would write into the working folder
            try:
                with contextlib.suppress(Difference, Flaky, SearchEnded):
                    for start in range(0, examples, ROUND):
                        self._explore(number + start * SEEDS, min(ROUND, examples - start))
                        if (start + ROUND) % TOLD == 0:
                            progress(self.result.tried)
                with contextlib.suppress(SearchEnded):
                    self._leave_out()
            except KeyboardInterrupt:
                self.result.ended = self.result.ended or "it was interrupted"
        self.result.restrictions = list(self._restrictions.learnt.values())
        return self.result

    def _explore(self, number: int, examples: int) -> None:
        """One round, which starts afresh."""
        how = settings(
            max_examples=examples, database=None, deadline=None, report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
        )  # fmt: skip
        seed(number)(how(given(self._sequences)(lambda steps: self._try(steps))))()

    def _try(self, steps: Sequence[Step]) -> None:
        """One sequence. Nothing more is sent after a difference that does not count, or without an answer.

        Raises Difference for one that counts, SearchEnded if the target cannot be judged any more.
        """
        if self.result.repeated:
            self._shrinks -= 1
            if self._shrinks < 0:  # enough was done to make the difference smaller
                return
        sequence = self._new(self._client)
        parts = [part for step in steps for part in self._parts(sequence, step)]
        if all(self._check(sequence, part) for part in [*parts, sequence.finish]):
            self._judged(sequence)

    def _parts(self, sequence: OperationSequence, operations: Step) -> Iterator[Callable[[], None]]:
        """Play the operations. No error reveals internals of the target."""
        yield from (partial(sequence.play, operation) for operation in operations)
        if "hostile" in self.schema.profiles:
            yield sequence.require_quiet

    def _judged(self, sequence: OperationSequence) -> None:
        """A sequence was played to its end without a difference."""
        self._previous = sequence.scenario, list(self._client.log)
        if self.result.repeated:
            return
        self.result.left_out.update(sequence.left_out)
        if sequence.left_out and sequence.scenario.is_empty:
            self.result.empty += 1
            return
        self.result.tried += 1
        self.result.judged += 1
        self._unanswered = 0

    def _check(self, sequence: OperationSequence, part: Callable[[], None]) -> bool:
        """Play a part of a sequence: False if it shows a difference that does not count, or gets no answer."""
        wrong = _problem(part)
        if wrong is None:
            return True
        self.result.tried += not self.result.repeated
        found = self._finding(sequence, wrong)
        limited = isinstance(wrong, Unanswered) and found.status == TOO_MANY
        if why := "" if limited else self._trouble(found):
            self._end(why, found)
        if isinstance(wrong, Unanswered):
            self._unanswered += 1
            if self._unanswered >= UNANSWERED_IN_A_ROW:
                self._end(f"{UNANSWERED_IN_A_ROW} sequences in a row could not be judged: {wrong}", found)
        elif self._counts(sequence, found):
            raise Difference
        return False

    def _leave_out(self) -> None:
        """Leave out each operation that the difference does not need: Hypothesis may have run out of tries."""
        for place in reversed(range(len(self._operations) if self._shrinks else 0)):
            fewer = self._operations[:place] + self._operations[place + 1 :]
            self._shows(fewer)

    def _counts(self, sequence: OperationSequence, found: Finding) -> bool:
        """Whether the same operations show a difference again. If not, what came is noted, and the search goes on."""
        again = self._shows(sequence.operations)
        if again is False and not self.result.repeated:
            if found.status is None or found.status >= SERVER_ERROR:
                self.result.passing.append(f"{found.actual}, once; it did not come again: {found.exchanges[-1].curl}")
            else:
                self.result.finding = self.result.finding or found
        return bool(again)

    def _shows(self, operations: Sequence[PlayedOperation]) -> bool | None:
        """Whether these operations show a difference, which is kept then. None if they cannot be judged."""
        again = self._new(self._client)
        parts = [part for operation in operations for part in self._parts(again, [operation])]
        wrong = next((wrong for part in [*parts, again.finish] if (wrong := _problem(part))), None)
        if wrong is None or isinstance(wrong, Unanswered):
            return None if wrong else False
        found = self._finding(again, wrong)
        if isinstance(wrong, TargetSilent) and (why := self._trouble(found)):
            self._end(why, found)
        self._operations = again.operations
        self.result.finding, self.result.repeated = found, True
        return True

    def _trouble(self, found: Finding) -> str:
        """Why the target cannot be judged any more; empty if it still answers the roles that were asked.

        A target with a command for it is started again first.
        """
        if self._target.restart and found.status is None and self._restarts.revive():
            self._renew_client()
        asked = {"editor", *(exchange.role for exchange in found.exchanges[-1:])} & set(self._target.roles) & set(ROLES)
        readers = sorted(role for role in asked if roles()[role]["read"])
        return next((why for role in readers if (why := self._refusal_of_a_read(role))), "")

    def _refusal_of_a_read(self, role: str) -> str:
        why = ""
        for _ in range(LOOKS):
            client = self._new_client()
            try:
                answer = client.call(role, search_for_nobody(self._target, "contacts"))
            except (NotApplicable, NotTestable, TargetSilent) as wrong:
                why = f"the target stopped answering: {wrong}"
            else:
                if answer.status == OK:
                    if self._client.stopped:
                        self._renew_client()
                    return ""
                why = f"the target answers a plain read by the {role} with {answer.status}"
                if answer.status in REFUSED:
                    return f"{why}; is the credential still valid?"
            finally:
                client.close()
            self._sleep(PAUSE)
        return why

    def _renew_client(self) -> None:
        """A client that has given up sends nothing more, and one of a target that was started again has to log in."""
        self._client.close()
        self._client = self._new_client()

    def _new_client(self) -> PatientClient:
        revive = self._restarts.revive if self._target.restart else None
        return PatientClient(self._target, self._sleep, revive)

    def _end(self, why: str, last: Finding) -> None:
        """End the search. If no request of the last sequence was answered, the one before it is shown."""
        if self._previous and all(exchange.failure for exchange in last.exchanges):
            scenario, log = self._previous
            last = replace(last, scenario=scenario.text(TITLE), exchanges=[*log, *last.exchanges])
        self.result.ended, self.result.last = why, last
        raise SearchEnded

    def _new(self, client: PatientClient) -> OperationSequence:
        client.log.clear()
        client.made.clear()
        return OperationSequence(
            client, next(self._marks), self.schema, tuple(self._target.roles), self._restrictions.explain
        )

    def _finding(self, sequence: OperationSequence, wrong: Exception) -> Finding:
        expected = wrong.expected if isinstance(wrong, CheckFailed) else "an answer"
        actual = wrong.actual if isinstance(wrong, CheckFailed) else str(wrong)
        return Finding(sequence.scenario.text(TITLE), expected, actual, list(sequence.world.client.log))


def _problem(part: Callable[[], None]) -> Exception | None:
    """What is wrong with a part of a sequence. Not raised: to Hypothesis each line that raises is another bug."""
    try:
        part()
    except (CheckFailed, TargetSilent, Unanswered) as wrong:
        return wrong
    return None
