"""The errors of the harness. A wrong answer of a target is no error: it is a failure, and has `CheckFailed`."""

from __future__ import annotations


class UpsertspecError(Exception):
    """Something that ends a command with a plain message. `exit_code` is what the command line exits with."""

    exit_code = 2


class ConfigError(UpsertspecError):
    """The command line, the environment or a target file is wrong. `faults` names each place and its mend."""

    def __init__(self, faults: list[str], source: str = "") -> None:
        self.faults = faults
        self.source = source
        head = f"{source}: " if source else ""
        super().__init__("\n".join(head + fault for fault in faults))


class TargetUnusable(UpsertspecError):
    """Nothing can be judged: the target can't be reached, or accepts none of the credentials."""

    exit_code = 3


class ReportNotWritten(UpsertspecError):
    """The run has ended, but its report could not be written."""

    exit_code = 3


ENDED = "the run was ended: "
"""What the reason of every case begins with that was not asked for, because the target had stopped being one."""


class NotTestable(Exception):
    """A criterion can't be tested here, for a reason that is reported. Never counts as a pass."""


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
    """The dialect has no way to say what the scenario asks for."""


class Blocked(NotTestable):
    """What went wrong in a scenario is another criterion's matter: that one fails, and this scenario is not testable.

    Where that criterion turns out not to fail, the scenario does (see `settle`); nothing is lost between the two.
    """

    def __init__(self, criterion: str, expected: str, actual: str) -> None:
        self.criterion = criterion
        self.expected = expected
        self.actual = actual
        super().__init__(f"blocked by {criterion}: expected {expected}; got {actual}")


class DialectError(Exception):
    """A dialect has a mistake: it raised what it must not, or gave what is no request or answer."""

    def __init__(self, dialect: str, method: str, operation: str, what: str) -> None:
        super().__init__(f"the dialect {dialect} has a mistake in {method}({operation}): {what}")


class TargetSilent(Exception):
    """No usable HTTP answer came back: reset, timed out, half an answer, too large. `kind` is a short word for it."""

    def __init__(self, kind: str, detail: str) -> None:
        self.kind = kind
        super().__init__(detail)


class CheckFailed(AssertionError):
    """The target answered or stored something else than the criterion asks for."""

    def __init__(self, expected: str, actual: str) -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(f"expected {expected}; got {actual}")

    def add(self, expected: str, actual: str) -> None:
        """Say what else was found to be wrong."""
        CheckFailed.__init__(self, f"{self.expected}, and {expected}", f"{self.actual}, and then {actual}")
