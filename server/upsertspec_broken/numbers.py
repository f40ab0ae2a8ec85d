"""Numbers that are changed in silence."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from upsertspec_broken.catalogue import fault
from upsertspec_server.body import Body
from upsertspec_server.errors import Problem
from upsertspec_server.values import Values

LARGEST, SMALLEST = 2**63 - 1, -(2**63)
EXACT = 2**53


@fault("AC-806")
class IntegersAreDoubles(Values):
    """Keeps integers in a double, as its language does: beyond 2^53 they are rounded."""

    def check_integer(self, value: Any) -> Any:
        whole = super().check_integer(value)
        return max(SMALLEST, min(LARGEST, int(float(whole))))


@fault("AC-806")
class IntegersWrap(Values):
    """Lets integers overflow: 2^63 becomes the smallest number."""

    def check_integer(self, value: Any) -> Any:
        wraps = isinstance(value, int) and not isinstance(value, bool)
        return super().check_integer((value - SMALLEST) % 2**64 + SMALLEST if wraps else value)


@fault("AC-806")
class IntegersOf32Bits(Values):
    """Refuses integers of more than 32 bits."""

    def check_integer(self, value: Any) -> Any:
        if not -(2**31) <= super().check_integer(value) < 2**31:
            raise ValueError("must fit into 32 bits")
        return value


@fault("AC-806")
class ExponentsAreRounded(Values):
    """Takes a number with a fraction or an exponent for an integer, and rounds it."""

    def check_integer(self, value: Any) -> Any:
        return super().check_integer(round(value) if isinstance(value, float) and abs(value) < EXACT else value)


@fault("AC-806")
class DecimalsAreDoubles(Values):
    """Keeps decimals in a double."""

    def check_decimal(self, value: Any) -> Any:
        return f"{float(super().check_decimal(value)):.17g}"


@fault("AC-806")
class DecimalsAreCents(Values):
    """Rounds decimals to two places."""

    def check_decimal(self, value: Any) -> Any:
        number = Decimal(super().check_decimal(value))
        return f"{number.quantize(Decimal('0.01'), ROUND_HALF_EVEN):f}" if abs(number) < 10**20 else value


@fault("AC-806")
class NotANumberIsADecimal(Values):
    """Asks its decimal library what a decimal is, which takes NaN, Infinity and underscores too."""

    def check_decimal(self, value: Any) -> Any:
        try:
            Decimal(value) if isinstance(value, str) else None
        except ArithmeticError:
            return super().check_decimal(value)
        return value if isinstance(value, str) else super().check_decimal(value)


@fault("AC-806")
class JsonNumbersAreDoubles(Values):
    """Keeps the numbers of typed JSON in doubles: large integers are rounded."""

    def check_json(self, value: Any) -> Any:
        return super().check_json(json.loads(json.dumps(value), parse_int=as_double))


@fault("AC-806")
class NumbersAreRead(Body):
    """Reads a number that no double holds as the next one that does."""

    def parse(self, data: bytes) -> dict[str, Any]:
        try:
            return super().parse(data)
        except Problem as problem:
            if "more digits" not in problem.detail:
                raise
        read: dict[str, Any] = json.loads(data)
        return super().parse(json.dumps(read).replace("Infinity", "1.7976931348623157e308").encode())


def as_double(text: str) -> int | float:
    """The integer as a double has it."""
    return int(text) if abs(int(text)) <= EXACT else int(float(text[:300]))
