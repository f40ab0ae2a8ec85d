"""Text forms: one to one, always the same, and reversible."""

from __future__ import annotations

import re

import pytest

from upsertspec.errors import NotApplicable
from upsertspec.target.text_forms import TextForm, fault_of

TEXTS = ["a@x.io", "b@x.io", "Þóra 李雷", "a b", "a-b", "x" * 300, "1", "-", "👩🏽‍🚀", "a_b"]


@pytest.mark.parametrize(
    ("form", "longest", "pattern"),
    [
        ("SKU-{n:06}", None, r"SKU-\d{12}"),
        ("SKU-{n}", 16, r"SKU-\d{12}"),
        ("{n:013}", None, r"\d{13}"),
        ("A{n}", 8, r"A\d{7}"),
        ("p-{slug}", None, r"p-[a-z0-9-]+"),
        ("{slug}", 20, r"[a-z0-9-]{1,20}"),
        ("<{text}>", None, r"<.+>"),
    ],
)
def test_a_form_is_one_to_one_and_there_and_back(form: str, longest: int | None, pattern: str) -> None:
    one, other = TextForm(form, longest), TextForm(form, longest)
    written = [one.write(text) for text in TEXTS]
    assert len(set(written)) == len(TEXTS)
    assert all(re.fullmatch(pattern, text) for text in written)
    assert [one.read(text) for text in written] == TEXTS
    assert written == [other.write(text) for text in TEXTS]
    assert (one.write(""), one.read("unheard of")) == ("", "unheard of")


def test_case_and_white_space_stay_what_differs() -> None:
    form = TextForm("SKU-{n}")
    plain = form.write("ada@x.io")
    assert form.write("ADA@x.io") == plain.lower()
    assert form.write(" ada@x.io") == f" {plain}"
    assert form.write("ada@x.io ") == f"{plain} "
    assert form.write("ada@x.io.").upper() != plain
    inner = [TextForm("{n:013}").write(text) for text in ("+44 20 7946 001", "+44207946001")]
    assert all(re.fullmatch(r"\d{13}", text) for text in inner)
    digits = TextForm("{n}")
    digits.write("ada@x.io")
    with pytest.raises(NotApplicable, match="no letters whose case could differ"):
        digits.write("ADA@x.io")


@pytest.mark.parametrize(
    ("form", "longest", "wrong"),
    [
        ("SKU-{n:06}", None, ""),
        ("SKU-{n:06}", 10, ""),
        ("{slug}", 3, ""),
        ("SKU", None, "exactly one"),
        ("{n}-{slug}", None, "exactly one"),
        ("{x}", None, "exactly one"),
        ("{n}}", None, "exactly one"),
        ("{slug:5}", None, "has a width after slug"),
        ("SKU-{n:08}", 10, "no room for 8 digits within maximum_length 10"),
    ],
)
def test_what_is_wrong_with_a_form(form: str, longest: int | None, wrong: str) -> None:
    assert wrong in fault_of(form, longest)
    assert bool(wrong) == bool(fault_of(form, longest))
