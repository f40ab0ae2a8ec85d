"""The copy that is mutated does the same as the code: its functions are decorated, only behind their end."""

from __future__ import annotations

from typing import Any

from tests.mutation.mutate import JUDGING, ROOT, undecorated

SOURCE = """
def twice(function):
    return lambda *args: function(*args) * 2

@twice
@twice
def two(
    n,
):
    return n

class Box:
    @property
    def size(self):
        return two(1)

    @staticmethod
    def plain():
        return 3
"""


def test_a_function_is_decorated_after_its_end() -> None:
    text = undecorated(SOURCE)
    assert [line.strip() for line in text.splitlines() if line.strip().startswith("@")] == ["@staticmethod"]
    made: dict[str, Any] = {}
    exec(text, made)
    assert (made["two"](1), made["Box"]().size, made["Box"].plain()) == (4, 4, 3)


def test_the_mutated_modules_compile() -> None:
    for module in JUDGING:
        text = (ROOT / "steps" / "upsertspec" / f"{module}.py").read_text("utf-8")
        compile(undecorated(text), module, "exec")
