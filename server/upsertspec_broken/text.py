"""Text that is changed on its way into the store."""

from __future__ import annotations

import html
import re
from typing import Any

from upsertspec_broken.catalogue import fault
from upsertspec_server.schema import Field
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values


@fault("AC-001", "AC-804", "AC-805")
class EscapesMarkup(Values):
    """Stores text with its markup escaped, and so escapes it once more at every output."""

    def check_text(self, value: Any) -> Any:
        return html.escape(super().check_text(value))


@fault("AC-001", "AC-804", "AC-805")
class AddsSlashes(Values):
    """Puts a backslash before each quote, although the values are bound."""

    def check_text(self, value: Any) -> Any:
        return super().check_text(value).replace("'", "\\'").replace('"', '\\"')


@fault("AC-001", "AC-804", "AC-805")
class CollapsesWhiteSpace(Values):
    """Makes one space of all white space that stands together."""

    def check_text(self, value: Any) -> Any:
        return re.sub(r"\s+", " ", super().check_text(value))


@fault("AC-001", "AC-805")
class ThreeByteText(Values):
    """Stores text in three bytes a character: what is beyond 16 bits becomes a question mark."""

    def check_text(self, value: Any) -> Any:
        return "".join(letter if letter <= "\uffff" else "?" for letter in super().check_text(value))


@fault("AC-001", "AC-804")
class TheWordNull(Validator):
    """Takes the text "null" for null, as a client sent it that put its values into a template."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, None if value == "null" else value)


@fault("AC-001", "AC-805")
class NumericText(Values):
    """Takes text that looks like a number for one: leading and trailing zeros are lost."""

    def check_text(self, value: Any) -> Any:
        text: str = super().check_text(value)
        return str(float(text)) if text.replace(".", "", 1).isdecimal() else text


@fault("AC-002", "AC-010", "AC-013")
class EmptyTextIsNull(Validator):
    """Takes empty text for null in a field of any type, as it comes from a form."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, None if value == "" else value)


@fault("AC-111", "AC-805")
class StripsText(Values):
    """Strips all text, that of the match fields too."""

    def check_text(self, value: Any) -> Any:
        return super().check_text(value).strip()


@fault("AC-111")
class LowersAddresses(Values):
    """Stores and matches every text with an @ in small letters."""

    def check_text(self, value: Any) -> Any:
        text: str = super().check_text(value)
        return text.lower() if "@" in text else text


@fault("AC-805")
class ChompsText(Values):
    """Drops a line end at the end, as one does who reads line by line."""

    def check_text(self, value: Any) -> Any:
        return re.sub(r"\r?\n\Z", "", super().check_text(value))


@fault("AC-805")
class DropsByteOrderMarks(Values):
    """Drops a byte order mark in front of text, which it takes for that of a file."""

    def check_text(self, value: Any) -> Any:
        return super().check_text(value).removeprefix("\ufeff")


@fault("AC-805")
class DropsVariations(Values):
    """Drops what says whether an emoji is in colour."""

    def check_text(self, value: Any) -> Any:
        return re.sub("[\ufe00-\ufe0f]", "", super().check_text(value))
