"""The options of an upsert: the words that ask for each, and the member of the request that it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One option. The criterion that is about it has the tag `@defines-NAME`.

    `says` are its words; where `value` is empty, the value of the member follows them.
    """

    name: str
    says: str
    member: str
    value: str = ""

    @property
    def words(self) -> str:
        """A pattern of its words: the editor ignores a match, many clients ignore a match."""
        return re.sub(r"s\b", "s?", self.says, count=1) + r"\b(?! where\b)"

    @property
    def pattern(self) -> str:
        """A pattern that finds it in a sentence, in words or with its member written as JSON."""
        return rf"\b{self.words}|\bwith {self.member} {json.dumps(self.value) if self.value else ''}"


OPTIONS = (
    Option("ignore", "ignores a match", "onConflict", "ignore"),
    Option("any-conflict", "ignores any conflict", "onConflict", "ignore"),
    Option("refuse", "refuses a match", "onConflict", "error"),
    Option("replace", "replaces a match", "onConflict", "replace"),
    Option("never-create", "never creates", "onMissing", "error"),
    Option("update-fields", "updates only", "updateFields"),
    Option("update-where", "updates only where", "updateWhere"),
    Option("update-values", "on a match sets", "updateValues"),
)


def find_options(sentence: str) -> Iterable[Option]:
    """The options that a sentence asks for."""
    return (option for option in OPTIONS if re.search(option.pattern, sentence))


def read_option(phrase: str) -> tuple[Option, str]:
    """The option that a phrase asks for, and the text after its words. Raises ValueError where there is none."""
    for option in OPTIONS:
        if found := re.fullmatch(option.words + ("()" if option.value else " (.+)"), phrase):
            return option, found[1]
    raise ValueError(f"unknown phrase for a match: {phrase!r}")
