"""The Markdown documents of the specification as HTML: headings get anchors, and links lead to pages of the site."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from upsertspec.errors import ConfigError
from upsertspec.site.sentences import Sentence, sentences

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_CRITERION = re.compile(r"\bAC-\d{3}\b")
_SCROLL = '<div class="scroll" role="group" aria-label="Table" tabindex="0">'
_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Document:
    """A document: its title, its content as HTML, its second-level headings with their anchors, and its sentences."""

    title: str
    html: Markup
    headings: list[tuple[str, str]]
    sentences: list[Sentence]


Beside = Callable[[list[Sentence]], list[tuple[str, Markup]]]
"""Gives each sentence its id, and what stands beside it."""


def document(
    path: Path, links: Mapping[str, str], criteria: Mapping[str, str], beside: Beside | None = None
) -> Document:
    """The Markdown file as HTML.

    `links` maps its links to pages; other links become plain text. `criteria` maps the id of a criterion to its URL.
    Raises ConfigError if markdown-it-py is not installed.
    """
    try:
        from markdown_it import MarkdownIt
    except ImportError as wrong:
        raise ConfigError(["docs needs markdown-it-py; install it with: pip install 'upsertspec[docs]'"]) from wrong
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    text = re.sub(r"^<!--.*?-->\n", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    tokens = reader.parse(text)
    headings = list(_headings(tokens))
    said = list(sentences(tokens))
    if beside:
        _put(reader, tokens, said, beside(said))
    for token in tokens:
        token.children = _linked(token.children, links, criteria) if token.children else token.children
    title = headings[0][2]
    html = reader.renderer.render(tokens[3:], reader.options, {})
    wide = html.replace("<table>", f"{_SCROLL}<table>").replace("</table>", "</table></div>")
    return Document(title, Markup(wide), [(a, t) for level, a, t in headings if level == "h2"], said)  # noqa: S704 - our own


def _put(reader: MarkdownIt, tokens: list[Token], said: list[Sentence], beside: list[tuple[str, Markup]]) -> None:
    """Put an element around each sentence, and what stands beside it behind it."""
    children: dict[int, list[Token]] = {}
    for sentence, (ident, note) in zip(said, beside, strict=True):
        first, last = sentence.place
        if first == last:
            own = reader.parseInline(sentence.text)[0].children or []
            before = [_text(" ")] if first in children else []
            children.setdefault(first, []).extend([*before, _html(f'<span id="{ident}">'), *own, _html("</span>")])
        else:
            whole = tokens[first].children or []
            children[first] = [_html(f'<span id="{ident}">'), *whole, _html("</span>")]
            children[last] = tokens[last].children or []
        children[last] = [*children[last], _html(str(note))]
    for at, own in children.items():
        tokens[at].children = own


def _html(content: str) -> Token:
    from markdown_it.token import Token

    return Token("html_inline", "", 0, content=content)


def _headings(tokens: list[Token]) -> list[tuple[str, str, str]]:
    found = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            anchor = _WORD.sub("-", inline.content.lower()).strip("-")
            token.attrSet("id", anchor)
            found.append((token.tag, anchor, inline.content))
    return found


def _linked(children: list[Token], links: Mapping[str, str], criteria: Mapping[str, str]) -> list[Token]:
    """The parts of a line: links lead to pages of the site, and criteria become links."""
    kept: list[Token] = []
    inside = dropped = False
    for child in children:
        if child.type == "link_open":
            target = links.get(str(child.attrGet("href")))
            inside, dropped = True, target is None
            child.attrSet("href", target or "")
        if child.type == "text" and not inside:
            kept += _criteria(child, criteria)
        elif child.type not in ("link_open", "link_close") or not dropped:
            kept.append(child)
        if child.type == "link_close":
            inside = dropped = False
    return kept


def _criteria(text: Token, criteria: Mapping[str, str]) -> list[Token]:
    from markdown_it.token import Token

    parts: list[Token] = []
    at = 0
    for found in _CRITERION.finditer(text.content):
        if found[0] in criteria:
            opened = Token("link_open", "a", 1, attrs={"href": criteria[found[0]]})
            parts += [_text(text.content[at : found.start()]), opened, _text(found[0]), Token("link_close", "a", -1)]
            at = found.end()
    return [*parts, _text(text.content[at:])]


def _text(content: str) -> Token:
    from markdown_it.token import Token

    return Token("text", "", 0, content=content)
