"""Text that is changed on its way into the store."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_broken.bases import reads, reads_field
from upsertspec_catalogue import stored
from upsertspec_server import jsontext
from upsertspec_server.fields import Json, Text
from upsertspec_server.queries import Condition, Queries
from upsertspec_server.request import Request
from upsertspec_server.schema import Field
from upsertspec_server.validation import Validator

_JOINERS = re.compile("[\u200b-\u200f\u202a-\u202e\ufeff\u00ad]")
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_TEMPLATE = re.compile(r"\{\{(\d+)\*(\d+)\}\}")


def number_text(text: str) -> str:
    """The text of the number that a text looks like."""
    return str(float(text)) if text.replace(".", "", 1).isdecimal() else text


for name, violates, change, says in (
    ("escapes-markup", "AC-001 AC-804 AC-805", html.escape,
     "Stores text with its markup escaped."),
    ("adds-slashes", "AC-001 AC-804 AC-805", lambda text: text.replace("'", "\\'").replace('"', '\\"'),
     "Puts a backslash before each quote, although values are bound."),
    ("collapses-white-space", "AC-001 AC-804 AC-805", lambda text: re.sub(r"\s+", " ", text),
     "Replaces each run of white space with one space."),
    ("three-byte-text", "AC-001 AC-805", lambda text: "".join(c if c <= "\uffff" else "?" for c in text),
     "Stores text in three bytes a character: what is beyond 16 bits becomes a question mark."),
    ("numeric-text", "AC-001 AC-805", number_text,
     "Converts text that looks like a number to a number: leading and trailing zeros are lost."),
    ("strips-text", "AC-001 AC-111 AC-805", str.strip,
     "Strips all text, including the match fields."),
    ("lowers-addresses", "AC-111", lambda text: text.lower() if "@" in text else text,
     "Stores and matches every text with an @ in lower case."),
    ("chomps-text", "AC-805", lambda text: re.sub(r"\r?\n\Z", "", text),
     "Drops a line ending at the end of a text, like code that reads line by line."),
    ("drops-byte-order-marks", "AC-805", lambda text: text.removeprefix("\ufeff"),
     "Drops a byte order mark at the start of a text."),
    ("drops-variations", "AC-805", lambda text: re.sub("[\ufe00-\ufe0f]", "", text),
     "Drops the variation selectors that say whether an emoji is in colour."),
    ("composes-text", "AC-805", lambda text: unicodedata.normalize("NFC", text),
     "Normalizes text to NFC: a letter and its accent become one character."),
    ("line-ends-are-mended", "AC-804 AC-805", lambda text: re.sub("\r\n?", "\n", text),
     "Converts every line ending to a line feed."),
    ("cuts-at-255", "AC-805", lambda text: text[:255],
     "Cuts text off after 255 characters, like its column."),
    ("drops-joiners", "AC-805", lambda text: _JOINERS.sub("", text),
     "Drops characters without a width, including the joiners of an emoji."),
    ("drops-controls", "AC-805", lambda text: _CONTROLS.sub("", text),
     "Drops control characters."),
    ("nul-ends-text", "AC-805", lambda text: text.partition("\0")[0],
     "Passes text to a library that stops at NUL."),
    ("escapes-are-undone", "AC-805",
     lambda text: re.sub(r"%([2-7][0-9A-F])", lambda found: chr(int(found[1], 16)), text),
     "Decodes percent escapes in text, as if it came from a form."),
    ("evaluates-templates", "AC-804",
     lambda text: _TEMPLATE.sub(lambda found: str(int(found[1]) * int(found[2])), text),
     "Renders text as a template before storing it."),
    ("strips-tags", "AC-001 AC-804", lambda text: re.sub(r"<[^<>]*>", "", text),
     "Removes everything that looks like a tag from text."),
    ("doubles-quotes", "AC-001 AC-804 AC-805", lambda text: text.replace("'", "''"),
     "Doubles the quotes in text, although values are bound."),
):  # fmt: skip
    add(name, says, violates, stored(Text, change))

add("addresses-of-users-in-lower-case", "Stores the addresses of users in lower case.", "AC-601",
    reads_field("users", "email", lambda value: value and value.lower()))  # fmt: skip
add("texts-of-images-are-cut", "Cuts the text of an image after 255 letters.", "AC-106",
    reads_field("image_metadata", "alt_text", lambda value: value and value[:255]))  # fmt: skip
add("empty-titles-are-null", "Stores an empty title as null.", "AC-601",
    reads_field("conversations", "title", lambda value: value or None))  # fmt: skip
add("empty-phones-are-null", "Stores an empty phone number as null, since it must be unique.", "AC-805",
    reads_field("contacts", "phone", lambda value: value or None),
    report="https://github.com/Budibase/budibase/pull/12298")  # fmt: skip


@broken("AC-001", "AC-804")
class TheWordNull(Validator):
    """Stores null for the text "null", which clients send that put null into a template."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, None if value == "null" else value)


@broken("AC-002", "AC-010", "AC-013", "AC-805")
class EmptyTextIsNull(Validator):
    """Takes empty text as null in a field of any type, as forms send it."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, None if value == "" else value)


@broken("AC-804")
class RefusesWords(Text):
    """Refuses text with words that attacks contain, so people who write about attacks can't store a note."""

    words = re.compile(r"\b(drop table|union select|delete from)\b|' or '|<script|\.\./", re.IGNORECASE)

    def parse(self, value: Any) -> Any:
        if self.words.search(super().parse(value)):
            raise ValueError("is not allowed")
        return value


@broken("AC-805")
class HalvesAreReplaced(Request):
    """Replaces half a surrogate pair with a question mark."""

    def parse(self, data: bytes) -> dict[str, Any]:
        try:
            read = json.loads(data)
        except (ValueError, RecursionError):
            return super().parse(data)
        text = json.dumps(read, ensure_ascii=False)
        return super().parse(_SURROGATES.sub("?", text).encode() if _SURROGATES.search(text) else data)


@broken("AC-805")
class JsonKeepsNoNul(Json):
    """Drops NUL from typed JSON, which its database cannot store there."""

    def parse(self, value: Any) -> Any:
        return super().parse(json.loads(jsontext.write(value).replace("\\u0000", "")))


@broken("AC-805")
class FiltersForgetWideLetters(Queries):
    """Filters text without what is beyond 16 bits: one emoji finds another."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, parameters = super().compare(field, operator, text)
        if field.type.name != "text" or text.isascii():
            return sql, parameters
        narrow = re.sub("[\U00010000-\U0010ffff]", "_", text).replace("%", "\\%")
        return f"\"{field.name}\" LIKE ? ESCAPE '\\'", [narrow]


for name, change, says in (
    ("replaces-broken-bytes", lambda data: data.decode("utf-8", "replace").encode(),
     "Replaces bytes that are not UTF-8 with a replacement character."),
    ("relaxed-json", lambda data: re.sub(rb",\s*([}\]])", rb"\1", re.sub(rb"^/\*.*?\*/", b"", data)),
     "Reads relaxed JSON, with comments and trailing commas."),
    ("not-a-number-is-null", lambda data: re.sub(rb"(?<=: )(NaN|-?Infinity)\b", b"null", data),
     "Reads NaN and Infinity as null."),
    ("not-a-number-is-dropped", lambda data: re.sub(rb'(?<="created_at": )NaN\b', b"null", data),
     "Refuses NaN as the value of a field, and lets it in where the value is dropped."),
):  # fmt: skip
    add(name, says, "AC-801", reads(change))
