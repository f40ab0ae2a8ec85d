"""HTML as a browser's parser reads it."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from tinyhtml5.parser import HTMLParser


def parsed(page: str) -> Element:
    """The page as a tree. A page that a browser would have to repair is an error."""
    parser = HTMLParser(namespace_html_elements=False)
    tree: Element = parser.parse(page)
    assert parser.errors == []
    return tree


def texts(tree: Element, tag: str) -> list[str]:
    """The text of every element of this name."""
    return ["".join(element.itertext()) for element in tree.iter(tag)]
