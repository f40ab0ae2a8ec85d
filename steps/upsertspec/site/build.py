"""Write the site: where a reader starts, the contract, the criteria, the tables, and what is known about all of them.

Jinja templates and the kit of the reports do it: a generator such as MkDocs or Sphinx brings a theme and dependencies,
and its search needs a server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from upsertspec import __version__
from upsertspec.errors import ConfigError
from upsertspec.prove.servers import broken_servers
from upsertspec.report.files import write_whole
from upsertspec.report.html.kit import environment, policy, scripts, styles
from upsertspec.report.page import page
from upsertspec.report.proof import last_proof
from upsertspec.site import client_code, judged
from upsertspec.site.contents import Profile, about, anchor_of, profiles
from upsertspec.site.coverage import statements, user_story
from upsertspec.site.guide import guide
from upsertspec.site.json_text import highlighted
from upsertspec.site.markdown import document
from upsertspec.site.recording import Recorded
from upsertspec.site.results import Results
from upsertspec.site.search import entries, index
from upsertspec.site.sentences import Sentence
from upsertspec.site.tables import TablePage, rules, table_pages
from upsertspec.site.traceability import Traced, reasons, traced
from upsertspec.spec import criteria as spec
from upsertspec.spec import schema, ways
from upsertspec.spec.files import features_dir

HERE = Path(__file__).parent / "templates"
REPORT, SEARCH = "report.html", "search.html"
PAGES = {
    "index.html": "Overview", "patterns.html": "Patterns", "contract.html": "Contract",
    "traceability.html": "Traceability", "coverage.html": "Coverage", "tables.html": "Tables and roles",
    "glossary.html": "Glossary", "vocabulary.html": "Vocabulary", "ways.html": "Ways to write",
    "faults.html": "Broken servers", "servers.html": "Real servers", SEARCH: "Search",
}  # fmt: skip
"""The pages that each page links in its header. Those of their name are made by the template of their name."""
DOCUMENTS = {"contract.html": "CONTRACT.md", "vocabulary.html": "README.md"}
SCENARIOS_SHOWN = 3
"""The scenarios that a cell of the page "Ways to write" links."""
LINKS = {
    "CONTRACT.md": "contract.html",
    "README.md": "vocabulary.html",
    "schema.toml": "tables.html",
    "features/CONTRACT.md": "contract.html",
}


def build(folder: Path, report: Mapping[str, Any] | None, recorded: Mapping[str, Recorded]) -> list[str]:
    """Write the site into the folder and return the names of its files. Raises ConfigError if it can't be written."""
    files = pages(report, recorded)
    try:
        place = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            place = folder / name
            write_whole(place, text.encode("utf-8"))
    except (OSError, ValueError) as wrong:
        why = getattr(wrong, "strerror", None) or wrong
        raise ConfigError([f"{place} can't be written ({why}); name another folder"]) from wrong
    return list(files)


def pages(report: Mapping[str, Any] | None, recorded: Mapping[str, Recorded]) -> dict[str, str]:
    """Every file of the site, by name. With a report, its page is one of them, and each criterion shows its result.

    `recorded` has an exchange by the id of its scenario; a scenario without one shows none.
    """
    broken, real, read = broken_servers(), judged.servers(), guide()
    shown = profiles(broken, about())
    places = {c.own.id: f"{profile.file}#{c.own.id}" for profile in shown for c in profile.criteria}
    of_scenario = {s.anchor: s for p in shown for c in p.criteria for s in c.scenarios}
    scenarios = {s.anchor: f"{p.file}#{s.anchor}" for p in shown for c in p.criteria for s in c.scenarios}
    sentences: list[Traced] = []

    def beside(found: list[Sentence]) -> list[tuple[str, Markup]]:
        sentences.extend(traced(found))
        return [(each.id, _beside(each, places, scenarios)) for each in sentences]

    documents = {
        name: document(features_dir() / source, LINKS, places, beside if name == "contract.html" else None)
        for name, source in DOCUMENTS.items()
    }
    sections: dict[str, list[Traced]] = {}
    for each in sentences:
        sections.setdefault(each.sentence.section, []).append(each)
    tables = table_pages(shown)
    common = {
        "profiles": shown, "results": Results(report), "places": places, "proof": last_proof(), "broken": broken,
        "version": __version__, "digest": spec.digest(), "pages": PAGES, "anchor_of": anchor_of, "search": SEARCH,
        "report_page": REPORT, "tables": tables, "roles": schema.roles(), "protected": schema.PROTECTED,
        "rules": rules, "scenarios": scenarios, "shown": SCENARIOS_SHOWN, "of_scenario": of_scenario,
        "matrices": {"Invariants": ways.invariants(), "Values": ways.values()},
        "guide": read, "servers": real, "failing_at": judged.at, "sentences": sentences, "sections": sections,
        "reasons": reasons(), "story": user_story(), "statements": statements(),
        "recorded": recorded, "highlighted": highlighted, "code": client_code, "script": "",
    }  # fmt: skip
    order = _order(shown, tables)
    common["titles"], common["beside"] = dict(order), _neighbours([name for name, _ in order])
    files = {name: _render(name, common) for name in PAGES if name not in (*DOCUMENTS, SEARCH)}
    for name, text in documents.items():
        files[name] = _render("document.html", {**common, "document": text}, name)
    for pattern in read.patterns:
        files[pattern.file] = _render("pattern.html", {**common, "pattern": pattern}, pattern.file)
    for profile in shown:
        files[profile.file] = _render("profile.html", {**common, "profile": profile}, profile.file)
    for table in tables:
        files[table.file] = _render("table.html", {**common, "table": table}, table.file)
    found = index(entries(shown, tables, read, sentences, documents["vocabulary.html"], broken, real))
    files[SEARCH] = _render(SEARCH, {**common, "index": found, "script": scripts(HERE / "search.js")})
    if report:
        files[REPORT] = page(report)
    return files


def _order(shown: Sequence[Profile], tables: Iterable[TablePage]) -> list[tuple[str, str]]:
    """Every page and its title, in the order of reading."""
    inner = {
        "patterns.html": [(pattern.file, pattern.title) for pattern in guide().patterns],
        "traceability.html": [(profile.file, profile.name) for profile in shown],
        "tables.html": [(table.file, table.name) for table in tables],
    }
    return [each for name, title in PAGES.items() for each in [(name, title), *inner.get(name, [])]]


def _neighbours(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The page before each page, and the one after it; empty where there is none."""
    return {name: (("", *names)[at], (*names, "")[at + 1]) for at, name in enumerate(names)}


def _beside(each: Traced, places: Mapping[str, str], scenarios: Mapping[str, str]) -> Markup:
    """The links to what holds a sentence, or the reason why nothing does."""
    if each.reason:
        return Markup(' <a class="by" href="traceability.html#{}">{}</a>').format(each.id, each.reason)
    if each.sentence.text.startswith(each.named[0]):
        return Markup("")
    first = {c: next(name for name in each.named if c in (name, each.criterion_of(name))) for c in each.criteria}
    links = [
        Markup('<a class="by" href="{}">{}</a>').format(places.get(name) or scenarios.get(name, ""), criterion)
        for criterion, name in first.items()
    ]
    return Markup(" {}").format(Markup(" ").join(links))


def _render(template: str, known: Mapping[str, Any], name: str = "") -> str:
    style = styles(HERE / "site.css")
    shown = {**known, "style": style, "policy": policy(style, known["script"], forms=True), "here": name or template}
    return f"{environment(HERE, longest=None).get_template(template).render(shown).strip()}\n"
