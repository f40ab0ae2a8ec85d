"""What all HTML pages share: templates, escaping, the style sheet, and the Content-Security-Policy.

Text in a page may come from a target: it is cut to a length, what is invisible in it is written out, and it is escaped.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import sys
from importlib.util import cache_from_source
from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from upsertspec.http.text import printable
from upsertspec.report.files import write_whole
from upsertspec.report.status import TABLE, Counts, Row, by_severity

HERE = Path(__file__).parent
LONGEST = 2000
CUT = "… ({} characters in all; report.json has them)"


def environment(folder: Path, longest: int | None = LONGEST) -> Environment:
    """The templates of a folder. All text that they print, except Markup, is escaped.

    It is also cut to `longest` and what is invisible is written out; unless `longest` is None, for text of our own.
    """

    def finalize(value: object) -> object:
        return value if longest is None or isinstance(value, Markup) else visible(str(value), longest)

    made = Environment(
        loader=FileSystemLoader([folder, HERE]),
        bytecode_cache=_Compiled(),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["by_severity"] = by_severity
    made.filters["css"] = lambda status: str(status).replace(" ", "-")
    return made


class _Compiled(BytecodeCache):
    """Keeps compiled templates where Python keeps compiled modules, if it does and may."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if the template was compiled before."""
        with contextlib.suppress(OSError), self._place(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template that was compiled now."""
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                write_whole(self._place(bucket), bucket.bytecode_to_string())

    def _place(self, bucket: Bucket) -> Path:
        return Path(cache_from_source(str(HERE / f"template-{bucket.key}.py")))


def visible(text: str, longest: int = LONGEST) -> str:
    """The text with control characters, bidi overrides and broken surrogates written out.

    It is cut if it is long, and shorter with the note that says so.
    """
    note = CUT.format(len(text))
    return printable(text) if len(text) <= longest + len(note) else printable(text[:longest]) + note


def content(text: str, longest: int = LONGEST) -> Markup:
    """The text as the content of an element, never of an attribute: quotes, which JSON has many of, stay."""
    return Markup(html.escape(visible(text, longest), quote=False))  # noqa: S704 - it is escaped


def html_text(text: str) -> str:
    """The text for an element or for an attribute in quotes, in HTML or XML."""
    return html.escape(printable(text))


def styles(*files: Path) -> Markup:
    """The style sheet of a page: the common one, the colours and signs of the statuses, and these files."""
    return Markup("\n".join([_read(HERE / "base.css"), _status_styles(), *map(_read, files)]))  # noqa: S704 - our own


def scripts(*files: Path) -> Markup:
    """The script of a page, from these files."""
    return Markup("\n".join(map(_read, files)))  # noqa: S704 - our own


def policy(style: str, script: str = "", images: bool = False, forms: bool = False) -> str:
    """A Content-Security-Policy that lets only this style and script through, by their hashes; and `data:` images.

    With `forms`, a form may lead to another page of the same place.
    """
    rules = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        *([f"script-src {_hash(script)}"] if script else []),
        *(["img-src data:"] if images else []),
        "base-uri 'none'",
        "form-action 'self' file:" if forms else "form-action 'none'",
    ]
    return "; ".join(rules)


def _status_styles() -> str:
    light = " ".join(f"--{row.css}: {row.light};" for row in TABLE)
    dark = " ".join(f"--{row.css}: {row.dark};" for row in TABLE)
    rules = [f":root {{ {light} }}", f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}"]
    for row in TABLE:
        rules += [
            f".st.{row.css} {{ color: var(--{row.css}); }} .fill.{row.css} {{ fill: var(--{_fill(row)}); }}",
            f'.st.{row.css}::before {{ content: "{row.symbol}"; content: "{row.symbol}" / ""; }}',
        ]
    return "\n".join(rules)


def _fill(row: Row) -> str:
    """The colour of its part of a bar: what counts for nothing is only a line."""
    return "line" if row.counts is Counts.NOTHING else row.css


def _read(file: Path) -> str:
    return file.read_text("utf-8").strip()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
