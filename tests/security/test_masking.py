"""Whatever is made from a secret, no six characters of it in a row are shown."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.security.disguises import DISGUISES, encoded, left_of
from upsertspec.http.masking import MASK, Masker
from upsertspec.http.ordinary_words import words
from upsertspec.http.text import printable

TOKEN = "e1234567"
SECRETS = (
    TOKEN,
    "hunter2-pässwörd",
    "Zm9v.YmFyYmF6.c2lnbmF0dXJl",
    "p@$$w0rd!{}[]",
    "ключ-от-сейфа-9",
    "0123456789abcdef",
)
CONTEXTS = (
    "{}",
    '{{"echo": "{}", "more": [1, 2]}}',
    "https://h/x/{}/y?t=1",
    "token={}&a=b",
    "No such user: {}.",
    "a{}b",
)
ALPHABET = string.ascii_letters + string.digits + "-._~+/=!$&*"
WORDS = [word for word in words() if len(word) > 3]
secrets = st.text(ALPHABET, min_size=8, max_size=48).filter(lambda text: not any(w in text.lower() for w in WORDS))


def shown(secret: str, text: str) -> str:
    return printable(Masker([secret]).text(text))


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_disguise_shows_a_secret(secret: str, disguise: str) -> None:
    for context in CONTEXTS:
        text = context.format(DISGUISES[disguise](secret))
        assert left_of(secret, shown(secret, text)) == set()
        assert left_of(secret, Masker([secret]).text(printable(text))) == set()


@settings(max_examples=200, deadline=None)
@given(secrets, st.sampled_from(sorted(DISGUISES)), st.sampled_from(CONTEXTS), st.data())
def test_nothing_that_is_made_from_a_secret_shows_it(
    secret: str, disguise: str, context: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(secret) // 2))
    end = data.draw(st.integers(start + 1, len(secret)))
    at = data.draw(st.integers(0, len(secret)))
    put = data.draw(st.characters(exclude_categories=["Cs"]))
    for made in (
        secret[start:end],
        secret[:at] + put + secret[at:],
        secret[:at] + put + secret[at + 1 :],
        secret[at:] + secret[:at],
    ):
        text = context.format(DISGUISES[disguise](made))
        for each in (text, f"{text[:at]}{put}{text[at:]}"):
            masked = Masker([secret]).text(each)
            assert left_of(secret, masked) == set()
            if put.isprintable():  # the `x` of an escape may stand by chance where the secret has one
                assert left_of(secret, printable(masked)) == set()


@settings(max_examples=100, deadline=None)
@given(secrets, st.integers(0, 60), st.integers(0, 60))
def test_a_body_and_a_header_that_are_cut_show_nothing(secret: str, before: int, cap: int) -> None:
    masker = Masker([secret])
    for text in ("." * before + secret * 3, "." * before + encoded(secret)):
        assert left_of(secret, masker.body(text.encode(), cap)) == set()
        assert left_of(secret, str(masker.headers({"X-Echo": text}))) == set()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_text_without_a_secret_stays_as_it_is(text: str) -> None:
    assert Masker(["kT7-vq93LmXw_Zr4"]).text(text) == text


@pytest.mark.parametrize("word", ["editor", "contacts", "password", "EDITOR"])
def test_a_secret_that_is_a_word_leaves_ordinary_text_readable(word: str) -> None:
    text = f'When the {word} upserts into {word}, {{"role": "{word}"}}, UPSERTSPEC_{word.upper()}'
    assert shown(word, text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Authorization: Bearer editor", f"Authorization: Bearer {MASK}"),
        ("Bearer edi\ttor", f"Bearer {MASK}"),
        ('{"user": "editor", "password": "editor"}', f'{{"user": "editor", "password": "{MASK}"}}'),
        ("?access_token=editor&role=editor", f"?access_token={MASK}&role=editor"),
        ("rotide ZWRpdG9y %65ditor", f"{MASK} {MASK} {MASK}"),
    ],
)
def test_a_secret_that_is_a_word_is_masked_where_a_credential_stands(text: str, masked: str) -> None:
    assert Masker(["editor"]).text(text) == masked


def test_a_header_that_is_named_as_a_credential_hides_a_word() -> None:
    shown = Masker(["editor"]).headers({"X-Api-Key": "editor", "X-Role": "editor"})
    assert shown == {"X-Api-Key": MASK, "X-Role": "editor"}


def test_the_rest_of_the_text_is_kept() -> None:
    masked = Masker([TOKEN]).text('{"echo": "Bearer e123\\t4567", "name": "Ada", "id": 7}')
    assert masked == f'{{"echo": "Bearer {MASK}", "name": "Ada", "id": 7}}'
