"""Text."""

from __future__ import annotations

from typing import Any

from upsertspec.spec.types.base import FieldType


class Text(FieldType):
    """Unicode text. Equal texts have the same code points."""

    name = "text"
    finding = ("", "in", "contains")
    rules = frozenset({"options", "pattern"})
    is_free_text = True
    json_schemas = ({"type": "string"},)
    postgres = "text"
    good = (
        "Ada", "Bob", "", "null", "O'Brien \\ \"q\"", "two  spaces", "<b>&amp;</b>", "Zoë 🚀", "0",
        "line\nline", " padded ", "NaN", "$1 %s {x}", "true",
    )  # fmt: skip
    wrong = (5, True, {"a": 1}, ["x"], 0, 1.5)
    hostile = (
        "'; DROP TABLE contacts; --", "' OR '1'='1", "{{7*7}} ${7*7} <%= 7*7 %>", "<script>alert(1)</script>",
        "e\u0301 \u00e9", "a\u200bb\u200dc 👩‍👩‍👧‍👦", "a\r\nb\nc\rd", "a\tb\u0001c\u007f", " \u00a0Ada\u3000",
        "007", "1.50", "50%25 a+b %41", "\u1112\u1161\u11ab ﬁ ½", "x" * 256, '"quoted"', "$(id) `id` ../../etc/passwd",
        "undefined", '{"$ref": "ada.id"}', "C:\\temp\\n \\u0041", "'' \"\" \\' \\\"", "[1]", "1e3",
        "Ada\n", "\ufeffAda", "\u2764\ufe0f \u2764", "010",
    )  # fmt: skip
    hostile_wrong = ({"$ne": None}, {"$ref": "ada.id"})

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str)
