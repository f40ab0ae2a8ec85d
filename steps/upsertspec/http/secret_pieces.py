"""Finds pieces of secrets: any six characters of one in a row, whatever their case and whatever stands between them."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from upsertspec.http.decoding import (
    Fold,
    Layer,
    Span,
    folding,
    has_hex,
    layers,
    letters,
    noise,
    only_ascii,
    unescapings,
)

PIECE = 6
LEAST = 5
QUAD = 4


@dataclass
class Index:
    """Pieces that are searched for in texts of one fold. Quads are their parts of four bytes, as numbers.

    Solid pieces count only where nothing stands between their characters: ordinary text may hold them otherwise.
    """

    fold: Fold
    pieces: set[bytes] = field(default_factory=set)
    solid: set[bytes] = field(default_factory=set)
    lengths: set[int] = field(default_factory=set)
    quads: set[int] = field(default_factory=set)

    def add(self, piece: bytes, solid: bool) -> None:
        """Look for this piece of at least five bytes."""
        if not solid:
            self.solid.discard(piece)
        elif piece not in self.pieces:
            self.solid.add(piece)
        self.pieces.add(piece)
        self.lengths.add(len(piece))
        self.quads |= {_number(piece[at : at + QUAD]) for at in range(len(piece) - QUAD + 1)}

    def hits(self, layer: Layer) -> Iterator[Span]:
        """Where in the original text each piece is that the layer holds."""
        text = self.fold(layer.text) if self.quads else b""
        found = set(self.found(text))
        spans = layer.origins(self.fold) if found else []
        for start, end in found:
            touching = (spans[at][1] >= spans[at + 1][0] for at in range(start, end - 1))
            if text[start:end] not in self.solid or all(touching):
                yield spans[start][0], spans[end - 1][1]

    def found(self, text: bytes) -> Iterator[Span]:
        """The places of pieces in a folded text. Each has a quad at an even place, so that one fast look suffices."""
        whole = memoryview(text)
        for shift in (0, 2):
            numbers = whole[shift : shift + max(0, len(text) - shift) // QUAD * QUAD].cast("I")
            for number in self.quads.intersection(numbers):
                for place in _places(text, number.to_bytes(QUAD, sys.byteorder)):
                    yield from self._around(text, place)

    def _around(self, text: bytes, place: int) -> Iterator[Span]:
        for length in self.lengths:
            for start in range(max(0, place - length + QUAD), min(place, len(text) - length) + 1):
                if text[start : start + length] in self.pieces:
                    yield start, start + length


class SecretPieces:
    """The pieces of all secrets: as they are, reversed, and rotated."""

    def __init__(self) -> None:
        self._letters = Index(letters)
        self._signs = Index(letters)
        self._kept: set[str] = set()

    def add(self, secret: str) -> None:
        """Look for the pieces of this secret of at least six characters."""
        forms = set(unescapings(secret))
        forms |= {"".join(filter(str.isascii, form)) for form in forms}  # in noise, only ASCII counts
        self._kept |= {char for form in forms for char in unicodedata.normalize("NFKD", form) if not char.isalnum()}
        self._signs.fold = folding(char for char in self._kept if char.isprintable() and char != " ")
        for form in forms:
            if len(form) >= LEAST:
                self._add(form)
                self._add(form[::-1])

    def hits(self, text: str) -> list[Span]:
        """Where each piece is in a text, in order."""
        if not self._suspects(text):
            return []
        indexes = (self._letters, self._signs)
        return sorted({hit for layer in layers(text) for index in indexes for hit in index.hits(layer)})

    def _suspects(self, text: str) -> bool:
        """Whether a text may hold a piece: a fast look, since most texts hold none."""
        plain = "\n".join(unescapings(text))
        data, deep = noise(plain)
        shown: list[str | bytes] = [plain, data] if plain.isascii() else [plain, data, only_ascii(plain)]
        indexes = [index for index in (self._letters, self._signs) if index.quads]
        found = (place for index in indexes for place in index.found(b"\n".join(map(index.fold, shown))))
        return deep or any(found) or has_hex(letters(plain))

    def _add(self, secret: str) -> None:
        for end, sign in ((secret[:PIECE], secret[0]), (secret[-PIECE:], secret[-1])):
            if not sign.isalnum() and len(self._signs.fold(end)) >= LEAST:
                self._signs.add(self._signs.fold(end), solid=False)
        ring = secret * 2
        for start in range(len(secret)):
            self._window(ring, start, len(secret), start > len(secret) - PIECE)

    def _window(self, ring: str, start: int, longest: int, across_the_end: bool) -> None:
        """Add the six characters from `start` on, or as many more as are needed for five that count."""
        for length in range(min(PIECE, longest), longest + 1):
            window = ring[start : start + length]
            for index in (self._letters, self._signs):
                if len(index.fold(window)) >= LEAST:
                    index.add(index.fold(window), across_the_end)
                    return


def _number(quad: bytes) -> int:
    return int.from_bytes(quad, sys.byteorder)


def _places(text: bytes, part: bytes) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)
