"""Bodies that are read more kindly than JSON is, that are not what they say, or that nobody measured."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from flask import request

from upsertspec_broken.catalogue import fault
from upsertspec_server.answers import Answer
from upsertspec_server.api import Api
from upsertspec_server.body import MAX_BYTES, Body
from upsertspec_server.errors import Problem
from upsertspec_server.schema import Table
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values

MEGABYTE = 1024 * 1024
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


@fault("AC-801", "AC-807")
class MalformedIs500(Body):
    """Lets the error of its JSON library through: 500 for a body that is no JSON."""

    def explain(self, error: ValueError) -> str:
        if "not JSON" in str(error) or "UTF-8" in str(error):
            raise RuntimeError("The body can't be read.") from error
        return super().explain(error)


@fault("AC-801")
class TakesTheFirstValue(Body):
    """Reads the first JSON value of a body and leaves what comes behind it."""

    def parse(self, data: bytes) -> dict[str, Any]:
        text = data.decode("utf-8", "surrogateescape")
        try:
            _, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            end = len(text)
        return super().parse(text[:end].encode("utf-8", "surrogateescape"))


@fault("AC-801")
class ReplacesBrokenBytes(Body):
    """Puts a replacement character in the place of bytes that are no UTF-8, and goes on."""

    def parse(self, data: bytes) -> dict[str, Any]:
        return super().parse(data.decode("utf-8", "replace").encode())


@fault("AC-801")
class GuessesTheEncoding(Body):
    """Looks at the first bytes for the encoding, as its JSON library does: UTF-16 is read too."""

    def parse(self, data: bytes) -> dict[str, Any]:
        return super().parse(data.decode(json.detect_encoding(data), "surrogateescape").encode("utf-8", "replace"))


@fault("AC-801")
class RelaxedJson(Body):
    """Reads JSON as people write it, with comments and a comma behind the last member."""

    def parse(self, data: bytes) -> dict[str, Any]:
        return super().parse(re.sub(rb",\s*([}\]])", rb"\1", re.sub(rb"^/\*.*?\*/", b"", data)))


@fault("AC-801")
class NotANumberIsNull(Body):
    """Reads NaN and Infinity, and takes them for null."""

    def parse(self, data: bytes) -> dict[str, Any]:
        return super().parse(re.sub(rb"(?<=: )(NaN|-?Infinity)\b", b"null", data))


@fault("AC-802")
class AnyTypeWillDo(Body):
    """Reads every body as JSON, whatever it is declared as."""

    def check_type(self, mimetype: str) -> None:
        """Not looked at."""


@fault("AC-802")
class PlainTextWillDo(Body):
    """Reads text/plain as JSON, for clients of long ago; so any page on the web can have it sent."""

    def check_type(self, mimetype: str) -> None:
        if mimetype != "text/plain":
            super().check_type(mimetype)


@fault("AC-802")
class NoTypeIsJson(Body):
    """Reads a body that declares nothing as JSON."""

    def check_type(self, mimetype: str) -> None:
        if mimetype:
            super().check_type(mimetype)


@fault("AC-802")
class TypeHasJsonInIt(Body):
    """Looks whether the letters json are in the declaration."""

    def check_type(self, mimetype: str) -> None:
        if "json" not in request.headers.get("Content-Type", ""):
            super().check_type(mimetype)


@fault("AC-802")
class CharsetIsAnotherType(Body):
    """Compares the whole declaration: JSON with a charset is refused."""

    def check_type(self, mimetype: str) -> None:
        super().check_type(request.headers.get("Content-Type", ""))


@fault("AC-802")
class ReadsForms(Api):
    """Takes forms too: `fields[email]=…` from any page on the web."""

    def read_body(self) -> dict[str, Any]:
        if request.mimetype not in (FORM, PARTS):
            return super().read_body()
        fields = {name[7:-1]: value for name, value in request.form.items() if name.startswith("fields[")}
        return {"fields": fields, "matchFields": request.form.getlist("matchFields[]")}


@fault("AC-803", "AC-807")
class OnlyObjectsAreExpected(Body):
    """Never asks whether the body is an object, and fails where it is none."""

    def parse(self, data: bytes) -> dict[str, Any]:
        try:
            return super().parse(data)
        except Problem as problem:
            if "must be a JSON object" in problem.detail:
                raise AttributeError("'list' object has no attribute 'keys'") from None
            raise


@fault("AC-803", "AC-807")
class DeepBodiesFail(Body):
    """Fails where a body nests deeper than its own stack goes."""

    def parse(self, data: bytes) -> dict[str, Any]:
        json.loads(data.decode("utf-8", "replace")) if data.count(b"[") + data.count(b"{") > 1000 else None
        return super().parse(data)


@fault("AC-803")
class ListOfOneIsTaken(Body):
    """Takes a list of one object for the object."""

    def parse(self, data: bytes) -> dict[str, Any]:
        return super().parse(data[1:-1] if data.startswith(b"[{") and data.endswith(b"}]") else data)


@fault("AC-803", "AC-804")
class UnknownFieldsAreDropped(Validator):
    """Drops the fields that the table doesn't have, and says nothing of them."""

    def row(self, table: Table, fields: Any) -> Any:
        known = {k: v for k, v in fields.items() if k in table.all_fields} if isinstance(fields, dict) else fields
        return super().row(table, known)


@fault("AC-803")
class DeepJsonIsCut(Values):
    """Stores null for JSON that nests too deeply."""

    def check_json(self, value: Any) -> Any:
        try:
            return super().check_json(value)
        except ValueError:
            return "null"


@fault("AC-808")
class NoLimit(Body):
    """Takes a body of any size."""

    def check_size(self, size: int) -> None:
        """Not looked at."""


@fault("AC-808", "AC-805")
class LimitOfAMegabyte(Body):
    """Keeps the limit that its web server came with, which is a megabyte."""

    def check_size(self, size: int) -> None:
        super().check_size(size if size <= MEGABYTE else MAX_BYTES + 1)


@fault("AC-808")
class LimitIsTooLarge(Body):
    """Refuses a body of just the limit."""

    def check_size(self, size: int) -> None:
        super().check_size(size + 1)


@fault("AC-808")
class TooLargeIs400(Body):
    """Answers 400 for a body that is too large."""

    def check_size(self, size: int) -> None:
        if size > MAX_BYTES:
            raise Problem(HTTPStatus.BAD_REQUEST, "The body is too large.")


@fault("AC-808")
class TooLargeIs500(Body):
    """Fails where a body is too large."""

    def check_size(self, size: int) -> None:
        if size > MAX_BYTES:
            raise MemoryError


@fault("AC-808")
class ReadsUpToTheLimit(NoLimit):
    """Reads as much as it takes, and never looks whether there was more."""

    def parse(self, data: bytes) -> dict[str, Any]:
        return super().parse(data[:MAX_BYTES])


@fault("AC-808")
class CountsLetters(NoLimit):
    """Measures the text of a body in letters."""

    def parse(self, data: bytes) -> dict[str, Any]:
        Body.check_size(self, len(data.decode("utf-8", "replace")))
        return super().parse(data)


@fault("AC-808")
class MeasuresAtTheEnd(Api):
    """Measures the body when all is done: the answer is 413, and the record is written."""

    def read_body(self) -> dict[str, Any]:
        return self.body.parse(request.get_data(cache=False))

    def upsert(self, table: str) -> Answer:
        answer = super().upsert(table)
        self.body.check_type(request.mimetype)
        self.body.check_size(request.content_length or 0)
        return answer
