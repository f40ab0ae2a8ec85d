"""A target file for what a document says: what is known is written, what is not is a question in a comment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from upsertspec.dialects.ready_made import file_of
from upsertspec.discovery.binding import Binding
from upsertspec.discovery.connection import Connection
from upsertspec.discovery.credentials import roles
from upsertspec.discovery.document import Document
from upsertspec.discovery.fetch import Found
from upsertspec.discovery.fit import likeliest
from upsertspec.discovery.overview import Overview
from upsertspec.discovery.recognise import Recognised
from upsertspec.discovery.resources import Resource
from upsertspec.discovery.shape import PARTS, deviations, shape
from upsertspec.discovery.toml import comment, said, toml_key, toml_text, toml_value
from upsertspec.spec.schema import tables_of
from upsertspec.target.bindings import OTHERS

NAMES = 30
DIRECT = Connection()
PROFILES = ("core", "identity")
"""What any API can be judged by."""
BEGUN = (
    "A target for `upsertspec run --target FILE`, written by `upsertspec init`. Next: answer the questions in the "
    "comments, set the variable of the credential, and try `upsertspec check --target FILE`."
)
REST = (
    "What else a target file can say, with an example of each (TLS, a proxy, time and rate limits, known failures): "
    "`upsertspec init FILE`, without a URL."
)
CAST = (
    "The scenarios speak of contacts, image_metadata and product_recommendations. This says which field of yours plays "
    "each of theirs; false means that you have no such field."
)
READY = (
    "docs/ready-made-dialects.md says what is peculiar about it: credentials, statuses, what it cannot show. Are your "
    "tables not those of the scenarios? docs/your-own-table.md shows how to bind them."
)
NO_RESOURCE = (
    "Nothing in the document looks like an upsert. Which operation creates a record, or updates the one that exists? "
    "Describe it in [shape], as in the examples of `upsertspec init FILE`, without a URL."
)
NO_TABLE = (
    "No binding could be guessed: {}. If a field or another operation can serve, write the binding and the "
    "shape by hand; `upsertspec init FILE`, without a URL, shows how."
)


BY_HAND = (
    "No OpenAPI document was found. Does the API implement features/CONTRACT.md itself? If not, take the # away from "
    "the lines below, and write how your API is called, and which of its fields plays each of the scenarios' (false: "
    "it has none). docs/your-own-table.md and docs/shapes.md have an example of each line."
)
EXAMPLE_TABLES = """\
[tables]
others = false
[tables.contacts]
name = "products"
protected = { id = "id", created_at = "createdAt", updated_at = "updatedAt" }
[tables.contacts.fields]
email = "sku"
name = "title"
status = { name = "category", values = { active = "tools", inactive = "toys" }, default = "tools" }
age = "stock"
phone = false
vip = false
birthday = false
notes = "description"
[shape]
"""
EXAMPLE_SHAPE = """\
keys = { contacts = ["email"] }
[shape.upsert]
method = "POST"
path = "/{table}/save"
body = "{fields}"
[shape.upsert.answer]
record = "."
operation = { status = { "201" = "created", "200" = "updated" } }
[shape.find]
path = "/{table}"
query = { "{field}" = "{value}" }
[deviations]
created = 201
"""


def target_file(found: Found, set_roles: Collection[str], connection: Connection = DIRECT) -> str:
    """The text of a target file for what was found; `set_roles` are the roles whose tokens are in the environment."""
    overview = Overview(Document(found.document), found.url)
    chosen, bindings = (None, []) if overview.native else likeliest(overview.resources)
    problem = bindings[0].problem if bindings else ""
    if found.recognised:
        parts = [
            _head(found, overview, ()),
            _ready(found.recognised),
            connection.top(),
            roles((), set_roles),
            connection.tables(),
            _options(found.recognised.dialect),
            comment(REST),
        ]
        return _joined(parts)
    is_bound = chosen is not None and not problem
    profiles = PROFILES if is_bound else ()
    parts = [
        _head(found, overview, profiles),
        connection.top(),
        roles(overview.schemes(chosen), set_roles),
        connection.tables(),
    ]
    if not found.document:
        parts.append(_by_hand())
    elif overview.native:
        parts += [_native(overview), _tables(overview)]
    elif chosen is None:
        parts.append(comment(NO_RESOURCE))
    elif problem:
        parts += [_choice(overview, chosen), comment(NO_TABLE.format(said(problem)))]
    else:
        usable = [binding for binding in bindings if not binding.problem]
        parts += [_choice(overview, chosen), _bindings(chosen, bindings), shape(chosen, usable), _deviations(chosen)]
    return _joined([*parts, comment(REST)])


def _joined(parts: Sequence[Iterator[str]]) -> str:
    texts = ["".join(f"{line}\n" for line in part) for part in parts]
    return "\n".join(text for text in texts if text)


def _head(found: Found, overview: Overview, profiles: Sequence[str]) -> Iterator[str]:
    yield from comment(BEGUN)
    yield from (f"#   {said(tried, 300)}" for tried in found.tried)
    yield ""
    yield f"url = {toml_text(overview.url)}"
    if overview.elsewhere:
        yield "# The document names other hosts too. Is the API to be judged on one of these?"
        yield from (f"#   {said(server)}" for server in overview.elsewhere)
    if title := said(Document(found.document).title):
        yield f"name = {toml_text(title)}"
    yield ""
    if profiles:
        yield '# The profiles to check. Add "concurrency" where the API may be called by many clients at once.'
        yield f"profiles = {toml_value(list(profiles))}"
        return
    also = " By its document it offers these:" if overview.profiles else ""
    yield f"# The profiles to check. core is always one of them.{also}"
    yield f"# profiles = {toml_value(['core', *(overview.profiles or ['identity'])])}"


def _ready(recognised: Recognised) -> Iterator[str]:
    yield from comment(
        f"{file_of(recognised.dialect)['about']}. The API was recognised: {said(recognised.why)}. {READY}"
    )
    yield f"dialect = {toml_text(recognised.dialect)}"


def _options(dialect: str) -> Iterator[str]:
    """What can be stated to a dialect, commented out."""
    if known := file_of(dialect).get("options", {}):
        yield "[dialect_options]"
    for name, option in known.items():
        yield from comment(f"{option['about']}.")
        yield f"# {name} = {toml_value(option.get('default', ''))}"


def _by_hand() -> Iterator[str]:
    """An example to change, commented out."""
    yield from comment(BY_HAND)
    lacking = [f"{part} = false" for part in PARTS]
    yield from (f"# {line}" for line in [*EXAMPLE_TABLES.splitlines(), *lacking, *EXAMPLE_SHAPE.splitlines()])


def _native(overview: Overview) -> Iterator[str]:
    yield f"# The document has POST {said(overview.native[0].path)}: the contract's own shape."
    yield 'dialect = "native"'


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
    if others := [resource for resource in overview.resources if resource is not chosen]:
        yield from comment("Other operations that look like an upsert. Is one of these meant?")
        yield from (f"#   {_shown(other)}: {other.why}" for other in others)


def _shown(resource: Resource) -> str:
    operation = resource.upsert
    words = f" ({said(operation.words)})" if operation.words else ""
    return f"{said(f'{operation.method} {operation.path}')}{words}"


def _bindings(resource: Resource, bindings: Sequence[Binding]) -> Iterator[str]:
    yield from comment(CAST)
    yield "[tables]"
    yield f"{OTHERS} = false"
    for binding in bindings:
        yield ""
        if binding.problem:
            yield from comment(f"{said(resource.name)} cannot play {binding.table}: {said(binding.problem)}.")
        else:
            yield from _binding(resource, binding, is_first=binding is bindings[0])


def _binding(resource: Resource, binding: Binding, is_first: bool) -> Iterator[str]:
    """One table. What is asked about a field is asked in the first one only."""
    yield f"[tables.{binding.table}]"
    yield f"name = {toml_text(resource.name)}"
    yield f"protected = {toml_value(binding.protected)}"
    if binding.volatile:
        yield f"volatile = {toml_value(binding.volatile)}"
    if binding.fixed:
        yield from comment("This goes with every request. Is there such a one?") if is_first else ()
        yield f"fixed = {toml_value(binding.fixed)}"
    if binding.always:
        yield from comment("What every create needs in addition. Are these good values?") if is_first else ()
        yield f"always = {toml_value(binding.always)}"
    yield f"[tables.{binding.table}.fields]"
    for name, value in binding.fields.items():
        yield from comment(binding.questions[name]) if is_first and name in binding.questions else ()
        yield f"{toml_key(name)} = {toml_value(value)}"


def _deviations(resource: Resource) -> Iterator[str]:
    if found := deviations(resource):
        yield from comment("Documented statuses that differ from the contract's.")
        yield "[deviations]"
        yield from (f"{kind} = {status}" for kind, status in found.items())
