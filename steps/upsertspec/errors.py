"""The exceptions of the harness. A wrong answer of the target is not an error but a failure: `CheckFailed`."""

from __future__ import annotations


class UpsertspecError(Exception):
    """An error that ends a command with a plain message. `exit_code` is the exit code of the command."""

    exit_code = 2


class ConfigError(UpsertspecError):
    """The command line, the environment or a target file is wrong. Each of `faults` names a place and the fix."""

    def __init__(self, faults: list[str], source: str = "") -> None:
        self.faults = faults
        self.source = source
        head = f"{source}: " if source else ""
        super().__init__("\n".join(head + fault for fault in faults))


class TargetUnusable(UpsertspecError):
    """No scenario can be run: the target can't be reached, or accepts none of the credentials."""

    exit_code = 3


ENDED = "the run was ended: "
"""The reason of each case that was not run because the run ended early begins with this."""
LAST_ANSWERED = "the last that was answered: "
"""What a `curl` line follows, where the reason names the last request that got an answer."""


class NotTestable(Exception):
    """A criterion can't be tested on this target. The message is the reason; it never counts as a pass."""


class NotApplicable(Exception):
    """The target file states something (no such field, table or role) that rules the scenario out.

    It never counts as a pass, and never keeps a target from being conformant in what applies. `statements` are the
    tables and fields that the file states not to be there.
    """

    def __init__(self, reason: str, statements: tuple[tuple[str, str], ...] = ()) -> None:
        self.statements = statements
        super().__init__(reason)


class StaleStatement(Exception):
    """The target file states that something is not there, and an answer shows that it is."""


class CannotExpress(NotTestable):
    """The dialect has no way to express the operation."""


class Blocked(NotTestable):
    """What went wrong in a scenario is the subject of another criterion, so the scenario is not testable.

    If that criterion turns out not to fail, the scenario does (`run.finalize`), so that nothing is lost.
    """

    def __init__(self, criterion: str, expected: str, actual: str) -> None:
        self.criterion = criterion
        self.expected = expected
        self.actual = actual
        super().__init__(f"blocked by {criterion}: expected {expected}; got {actual}")


class NothingCompared(Exception):
    """A Then step has passed without a comparison: a mistake of the suite, since it shows nothing."""


class DialectError(Exception):
    """A dialect has a mistake: it raised an unexpected exception, or returned no valid request or answer."""

    def __init__(self, dialect: str, method: str, operation: str, what: str) -> None:
        super().__init__(f"the dialect {dialect} has a mistake in {method}({operation}): {what}")


class TargetSilent(Exception):
    """There is no usable HTTP response: reset, timed out, incomplete or too large. `kind` says which, in short."""

    def __init__(self, kind: str, detail: str) -> None:
        self.kind = kind
        super().__init__(detail)


GONE = "the target was gone"
"""The reason of each scenario that met a target that had stopped answering."""


AFTER = "the server stopped answering after this request"


class TargetGone(TargetSilent):
    """The target stopped answering while this request was on its way, and answers nothing any more."""

    def __init__(self, why: str) -> None:
        super().__init__("gone", f"{AFTER} ({why})")


class CheckFailed(AssertionError):
    """The target answered or stored something other than the criterion requires. `hint` may say what to do about it."""

    def __init__(self, expected: str, actual: str, hint: str = "") -> None:
        self.expected = expected
        self.actual = actual
        self.hint = hint
        super().__init__(f"expected {expected}; got {actual}")

    def add(self, expected: str, actual: str) -> None:
        """Say what else was found to be wrong."""
        CheckFailed.__init__(self, f"{self.expected}, and {expected}", f"{self.actual}, and then {actual}", self.hint)
