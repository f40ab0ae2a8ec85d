"""What the search page finds: patterns, words, tables, criteria, scenarios, sentences and servers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup

from upsertspec.prove.servers import BrokenServer
from upsertspec.site.contents import Profile
from upsertspec.site.guide import Guide
from upsertspec.site.judged import Server
from upsertspec.site.markdown import Document
from upsertspec.site.tables import TablePage, rules
from upsertspec.site.traceability import Traced

Entry = tuple[str, str, str, str]
"""What it is, its title, its address, and its other words."""


def index(found: Iterable[Entry]) -> Markup:
    """The entries as JSON for a `<script type="application/json">`."""
    listed = json.dumps(list(found), ensure_ascii=False, separators=(",", ":"))
    return Markup(listed.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704 - "<" is escaped


def entries(
    profiles: Sequence[Profile],
    tables: Sequence[TablePage],
    guide: Guide,
    sentences: Sequence[Traced],
    vocabulary: Document,
    broken: Sequence[BrokenServer],
    servers: Sequence[Server],
) -> Iterator[Entry]:
    """Every entry. Of those that fit equally well, the first is found first."""
    for pattern in guide.patterns:
        said = f"{pattern.what} {pattern.when} {pattern.sql} {pattern.members} {pattern.beware}"
        yield "pattern", pattern.title, pattern.file, said
    for term, meaning in guide.glossary.items():
        yield "word", term, f"glossary.html#{term.replace(' ', '-')}", meaning.replace("*", "").replace("`", "")
    for table in tables:
        fields = [f"{field.name} {field.type.name} {rules(field)}" for field in table.table.fields.values()]
        yield "table", table.name, table.file, "; ".join(fields)
    for profile in profiles:
        yield "profile", profile.name, profile.file, profile.about
        for criterion in profile.criteria:
            own = criterion.own
            yield "criterion", f"{own.id} {own.sentence}", f"{profile.file}#{own.id}", own.level
            for scenario in criterion.scenarios:
                address = f"{profile.file}#{scenario.anchor}"
                yield "scenario", scenario.title, address, f"{scenario.anchor} {own.id} {scenario.words}"
    for each in sentences:
        yield "contract", _plain(each.sentence.section), f"contract.html#{each.id}", _plain(each.sentence.text)
    for step in vocabulary.sentences:
        yield "vocabulary", _plain(step.section), "vocabulary.html", _plain(step.text)
    for server in broken:
        yield "broken server", server.name, f"faults.html#{server.name}", server.says
    for judged in servers:
        for criterion_id, reasons in judged.failures.items():
            yield "real server", f"{judged.name}: {criterion_id}", judged.address, " ".join(reasons)


def _plain(text: str) -> str:
    return text.replace("`", "").replace("**", "")
