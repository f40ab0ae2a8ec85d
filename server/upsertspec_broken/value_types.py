"""Values of the wrong type that are bent into the right one."""

from __future__ import annotations

import json
import re
from typing import Any

from upsertspec_broken.catalogue import fault
from upsertspec_server.schema import Field
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values

WIDEST = 2**63 - 1


@fault("AC-010")
class NumeralsAreNumbers(Values):
    """Takes text that holds a whole number for the number."""

    def check_integer(self, value: Any) -> Any:
        is_numeral = isinstance(value, str) and re.fullmatch(r"-?\d+", value)
        return super().check_integer(int(value) if is_numeral else value)


@fault("AC-010")
class NumbersAsInJavascript(Values):
    """Takes as a number what Number() gives: empty text and empty lists are 0, true is 1, [36] is 36."""

    def check_integer(self, value: Any) -> Any:
        return super().check_integer(self.number(value))

    def number(self, value: Any) -> Any:
        """The number of a value, or the value itself."""
        if isinstance(value, list):
            return self.number(value[0]) if len(value) == 1 else (value or 0)
        if isinstance(value, str):
            text = value.strip() or "0"
            return int(text) if text.isdecimal() else value
        return int(value) if isinstance(value, bool) else value


@fault("AC-010")
class FractionsAreCut(Values):
    """Cuts off what stands behind the point of a number."""

    def check_integer(self, value: Any) -> Any:
        return super().check_integer(int(value) if isinstance(value, float) else value)


@fault("AC-010")
class TrueIsOne(Values):
    """Takes true for 1, as Python does when it is asked for an int."""

    def check_integer(self, value: Any) -> Any:
        return super().check_integer(int(value) if isinstance(value, bool) else value)


@fault("AC-010", "AC-806")
class IntegersAreClamped(Values):
    """Stores the largest number that fits where the given one does not."""

    def check_integer(self, value: Any) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return super().check_integer(max(-WIDEST, min(WIDEST, value)) if is_number else value)


@fault("AC-010")
class OneIsTrue(Values):
    """Takes 1 for true and 0 for false."""

    def check_boolean(self, value: Any) -> Any:
        return super().check_boolean(bool(value) if value in (0, 1) else value)


@fault("AC-010")
class TruthIsWhatIsThere(Values):
    """Takes whatever is not empty for true, the text "false" too."""

    def check_boolean(self, value: Any) -> Any:
        return int(bool(value))


@fault("AC-010")
class TextOfAnything(Values):
    """Stores as text whatever it is given."""

    def check_text(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value)


@fault("AC-010")
class TextOfNumbers(Values):
    """Stores a number as text in a field of text, and refuses all else."""

    def check_text(self, value: Any) -> Any:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return super().check_text(str(value) if is_number else value)


@fault("AC-010")
class ListsOfOne(Values):
    """Takes a list of one value for the value, as a form parser gives it."""

    def encode(self, field: Field, value: Any) -> Any:
        is_one = isinstance(value, list) and len(value) == 1 and field.type != "json"
        return super().encode(field, value[0] if is_one else value)


@fault("AC-010")
class InvalidBecomesNull(Validator):
    """Stores null in an optional field for a value that it can't read."""

    def value(self, field: Field, value: Any) -> Any:
        try:
            self.values.checks[field.type](value)
        except ValueError:
            return super().value(field, value if field.required else None)
        return super().value(field, value)


@fault("AC-010")
class TypeErrorsCrash(Validator):
    """Answers 500 for a value that it can't read."""

    def value(self, field: Field, value: Any) -> Any:
        try:
            return super().value(field, value)
        except ValueError as error:
            raise TypeError(str(error)) from error
