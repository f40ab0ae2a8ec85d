"""Characters that are lost, mended or exchanged on their way into the store."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from upsertspec_broken.catalogue import fault
from upsertspec_server import jsontext
from upsertspec_server.body import Body
from upsertspec_server.filters import Condition, Filters
from upsertspec_server.schema import Field
from upsertspec_server.values import Values

LONGEST = 255
_JOINERS = re.compile("[\u200b-\u200f\u202a-\u202e\ufeff\u00ad]")
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")


@fault("AC-805")
class ComposesText(Values):
    """Normalises text to NFC: a letter and its accent become one."""

    def check_text(self, value: Any) -> Any:
        return unicodedata.normalize("NFC", super().check_text(value))


@fault("AC-805")
class LineEndsAreMended(Values):
    """Makes every end of a line a line feed."""

    def check_text(self, value: Any) -> Any:
        return re.sub("\r\n?", "\n", super().check_text(value))


@fault("AC-805")
class CutsAt255(Values):
    """Cuts text after 255 letters, as the column does."""

    def check_text(self, value: Any) -> Any:
        return super().check_text(value)[:LONGEST]


@fault("AC-805")
class DropsJoiners(Values):
    """Drops the characters that have no width, and with them what joins an emoji."""

    def check_text(self, value: Any) -> Any:
        return _JOINERS.sub("", super().check_text(value))


@fault("AC-805")
class DropsControls(Values):
    """Drops control characters."""

    def check_text(self, value: Any) -> Any:
        return _CONTROLS.sub("", super().check_text(value))


@fault("AC-805")
class NulEndsText(Values):
    """Hands text to a library that takes NUL for its end."""

    def check_text(self, value: Any) -> Any:
        return super().check_text(value).partition("\0")[0]


@fault("AC-805")
class HalvesAreReplaced(Body):
    """Puts a question mark in the place of half a character."""

    def parse(self, data: bytes) -> dict[str, Any]:
        try:
            read = json.loads(data)
        except (ValueError, RecursionError):
            return super().parse(data)
        text = json.dumps(read, ensure_ascii=False)
        return super().parse(_SURROGATES.sub("?", text).encode() if _SURROGATES.search(text) else data)


@fault("AC-805")
class JsonKeepsNoNul(Values):
    """Drops NUL out of typed JSON, since its database has none there."""

    def check_json(self, value: Any) -> Any:
        return super().check_json(json.loads(jsontext.write(value).replace("\\u0000", "")))


@fault("AC-805")
class EscapesAreUndone(Values):
    """Undoes percent escapes in text, as if it came from a form."""

    def check_text(self, value: Any) -> Any:
        return re.sub(r"%([2-7][0-9A-F])", lambda found: chr(int(found[1], 16)), super().check_text(value))


@fault("AC-805")
class FiltersForgetWideLetters(Filters):
    """Looks for text without what is beyond 16 bits: one emoji is found for another."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, parameters = super().compare(field, operator, text)
        if field.type != "text" or text.isascii():
            return sql, parameters
        narrow = re.sub("[\U00010000-\U0010ffff]", "_", text).replace("%", "\\%")
        return f"\"{field.name}\" LIKE ? ESCAPE '\\'", [narrow]
