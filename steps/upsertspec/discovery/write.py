"""A target file from guesses: what is sure is written, the rest is a question in a comment."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from upsertspec.discovery.credentials import roles
from upsertspec.discovery.document import Document
from upsertspec.discovery.fetch import Found
from upsertspec.discovery.guess import Guess
from upsertspec.discovery.toml import comment, said, toml_text
from upsertspec.spec.schema import tables_of

NAMES = 30
BEGUN = "A target for `upsertspec run --target FILE`, begun by `upsertspec init`. What is not known is a question."
REST = (
    "What else a target file can say, with an example of each (headers, TLS, a proxy, time and rate limits, known "
    "failures): `upsertspec init FILE`, without a URL."
)
OTHER = (
    'Where no dialect is named, "native" is spoken, the contract\'s own shape. Another one is named here, or a class '
    'of yours; what it wants to know goes into [dialect_options]. README.md tells more under "Point it at your URL".'
)


def target_file(found: Found, set_roles: Collection[str]) -> str:
    """The text of a target file for what was found; `set_roles` are the roles whose tokens are in the environment."""
    guess = Guess(Document(found.document), found.url)
    top = (_head(found, guess), _dialect(found, guess), _profiles(guess))
    parts = (*top, roles(guess, set_roles), _tables(guess), comment(REST))
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def _head(found: Found, guess: Guess) -> Iterator[str]:
    yield from comment(BEGUN)
    yield from (f"#   {said(tried, 300)}" for tried in found.tried)
    yield ""
    yield f"url = {toml_text(guess.url)}"
    if guess.elsewhere:
        yield "# The document names other hosts too. Is the API to be judged on one of these?"
        yield from (f"#   {said(server)}" for server in guess.elsewhere)
    if title := said(Document(found.document).title):
        yield f"name = {toml_text(title)}"


def _dialect(found: Found, guess: Guess) -> Iterator[str]:
    if guess.native:
        yield f"# The document has POST {said(guess.native[0].path)}: the contract's own shape."
        yield 'dialect = "native"'
        return
    if found.document:
        yield "# The document has no POST /api/tables/{table}/records/upsert: the API is of another shape."
        yield from _upserts(guess)
    else:
        yield "# No OpenAPI document was found. Is the API of the contract's own shape (features/CONTRACT.md)?"
    yield from comment(OTHER)
    yield '# dialect = "module:Class"'


def _upserts(guess: Guess) -> Iterator[str]:
    if not guess.upserts:
        yield "# Nothing in it looks like an upsert. Which operation creates a record, or updates what is there?"
        return
    yield "# Which of these is its upsert?"
    for upsert in guess.upserts:
        operation = upsert.operation
        words = f" {said(operation.said)!r}" if operation.said else ""
        yield f"#   {said(f'{operation.method} {operation.path}')}{words}: {said(upsert.why)}"


def _profiles(guess: Guess) -> Iterator[str]:
    offers = " By its document it seems to offer these:" if guess.profiles else ""
    yield f"# Which profiles does it claim? core always is one; only what is claimed is run.{offers}"
    yield f"# profiles = [{', '.join(map(toml_text, ['core', *(guess.profiles or ['identity'])]))}]"


def _tables(guess: Guess) -> Iterator[str]:
    needed = ", ".join(table.name for table in tables_of(frozenset(["core"])))
    yield from comment(f"core needs the table {needed} of features/schema.toml; `upsertspec provision` writes it.")
    if guess.seen:
        more = f", and {len(guess.seen) - NAMES} more" if len(guess.seen) > NAMES else ""
        yield from comment(f"Seen in the document: {', '.join(said(name, 40) for name in guess.seen[:NAMES])}{more}.")
    for ours, theirs in guess.tables.items():
        yield from ("# Is this the same table? Are its fields called the same?", f"[tables.{ours}]")
        yield from (f"id = {toml_text(theirs)}", '# fields = { email = "mail" }')
    if not guess.tables:
        yield from ("# Has the target other names for its tables and fields?", "# [tables.contacts]", '# id = "tbl123"')
        yield '# fields = { email = "mail" }'
