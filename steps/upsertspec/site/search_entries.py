"""What the search finds: pages, patterns, criteria, scenarios, sentences, tables, words and servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upsertspec.prove.servers import BrokenServer
from upsertspec.site.contents import Profile
from upsertspec.site.guide import Guide
from upsertspec.site.judged import Server
from upsertspec.site.markdown import Document
from upsertspec.site.search import Entry
from upsertspec.site.tables import TablePage, rules
from upsertspec.site.traceability import Traced


def entries(
    profiles: Sequence[Profile],
    tables: Sequence[TablePage],
    guide: Guide,
    sentences: Sequence[Traced],
    vocabulary: Document,
    broken: Sequence[BrokenServer],
    servers: Sequence[Server],
) -> Iterator[Entry]:
    """Every entry: what it is, its title, its address, and its other words. Of equals, the first is found first."""
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
