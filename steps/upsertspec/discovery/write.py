"""A target file for what a document says: what is known is written, what is not is a question in a comment."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from upsertspec.discovery.binding import Guessed, guess
from upsertspec.discovery.credentials import roles
from upsertspec.discovery.document import Document
from upsertspec.discovery.fetch import Found
from upsertspec.discovery.overview import Overview
from upsertspec.discovery.resources import Resource
from upsertspec.discovery.shape import deviations, shape
from upsertspec.discovery.toml import comment, said, toml_key, toml_text, toml_value
from upsertspec.spec.schema import tables_of

NAMES = 30
BEGUN = "A target for `upsertspec run --target FILE`, written by `upsertspec init`. Comments with a question mark are guesses: please check them."
REST = (
    "What else a target file can say, with an example of each (TLS, a proxy, time and rate limits, known failures): "
    "`upsertspec init FILE`, without a URL."
)
CAST = (
    "The scenarios speak of contacts, which have the fields email, name, status, age, phone, vip, birthday and notes. This "
    "says which field of yours plays each of them; false means that your table has no such field."
)
NO_RESOURCE = (
    "Nothing in the document looks like an upsert. Which operation creates a record, or updates the one that is there? "
    "docs/shapes.md shows how to describe it."
)


def target_file(found: Found, set_roles: Collection[str]) -> str:
    """The text of a target file for what was found; `set_roles` are the roles whose tokens are in the environment."""
    overview = Overview(Document(found.document), found.url)
    chosen = None if overview.native else next(iter(overview.resources), None)
    parts = [_head(found, overview), roles(overview, set_roles)]
    if overview.native or not found.document:
        parts += [_native(found, overview), _tables(overview)]
    elif chosen is None:
        parts.append(comment(NO_RESOURCE))
    else:
        guessed = guess(chosen)
        parts += [_choice(overview, chosen), _binding(chosen, guessed), shape(chosen), _deviations(chosen)]
    parts.append(comment(REST))
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def _head(found: Found, overview: Overview) -> Iterator[str]:
    yield from comment(BEGUN)
    yield from (f"#   {said(tried, 300)}" for tried in found.tried)
    yield ""
    yield f"url = {toml_text(overview.url)}"
    if overview.elsewhere:
        yield "# The document names other hosts too. Is the API to be judged on one of these?"
        yield from (f"#   {said(server)}" for server in overview.elsewhere)
    if title := said(Document(found.document).title):
        yield f"name = {toml_text(title)}"
    offered = overview.profiles or ["identity"]
    also = " By its document it seems to offer these:" if overview.profiles else ""
    yield f"# The profiles to check. core is always one of them.{also}"
    mark = "# " if overview.native or not overview.resources else ""
    yield f"{mark}profiles = {toml_value(['core', *offered])}"


def _native(found: Found, overview: Overview) -> Iterator[str]:
    if overview.native:
        yield f"# The document has POST {said(overview.native[0].path)}: the contract's own shape."
        yield 'dialect = "native"'
    else:
        yield from comment(
            "No OpenAPI document was found. Does the API implement features/CONTRACT.md itself? If not, docs/shapes.md shows "
            "how to describe it."
        )
        yield '# dialect = "native"'


def _tables(overview: Overview) -> Iterator[str]:
    needed = ", ".join(table.name for table in tables_of(frozenset(["core"])))
    yield from comment(f"core needs the table {needed} of features/schema.toml. `upsertspec provision` writes it.")
    if overview.seen:
        more = f", and {len(overview.seen) - NAMES} more" if len(overview.seen) > NAMES else ""
        yield from comment(f"In the document: {', '.join(said(name, 40) for name in overview.seen[:NAMES])}{more}.")
    for ours, theirs in overview.tables.items():
        yield from ("# Is this the same table? Do its fields have the same names?", f"[tables.{ours}]")
        yield f"id = {toml_text(theirs)}"
    if not overview.tables:
        yield from ("# Do the target's tables or fields have other names?", "# [tables.contacts]", '# name = "people"')


def _choice(overview: Overview, chosen: Resource) -> Iterator[str]:
    """Which operation is judged, and what else there was."""
    yield from comment(f"What is judged: {_shown(chosen)}.")
    if others := [r for r in overview.resources if r is not chosen]:
        yield from comment("Other operations that look like an upsert. Is one of these meant?")
        yield from (f"#   {_shown(other)}: {other.why}" for other in others)


def _shown(resource: Resource) -> str:
    operation = resource.upsert
    words = f" ({said(operation.words)})" if operation.words else ""
    return f"{said(f'{operation.method} {operation.path}')}{words}"


def _binding(resource: Resource, guessed: Guessed) -> Iterator[str]:
    yield from comment(CAST)
    if guessed.problem:
        yield from comment(
            f"No table could be bound: {guessed.problem}. Which fields play these? See docs/your-own-table.md."
        )
    mark = "# " if guessed.problem else ""
    yield f"{mark}[tables.contacts]"
    yield f"{mark}name = {toml_text(resource.name)}"
    if guessed.protected:
        yield f"{mark}protected = {toml_value(guessed.protected)}"
    yield ""
    yield f"{mark}[tables.contacts.fields]"
    for name, (value, question) in guessed.fields.items():
        yield from comment(question) if question else ()
        yield f"{mark}{name} = {toml_value(value)}"
    if guessed.always:
        yield ""
        yield from comment("What every create needs besides. Are these good values?")
        yield f"{mark}[tables.contacts.always]"
        yield from (f"{mark}{toml_key(name)} = {toml_value(value)}" for name, value in guessed.always.items())


def _deviations(resource: Resource) -> Iterator[str]:
    found = deviations(resource)
    if found:
        yield from comment("Documented statuses that differ from the contract's.")
        yield "[deviations]"
        yield from (f"{kind} = {status}" for kind, status in found.items())
