"""Write the site: a page for each profile, the contract, the tables, what was asked for, the vocabulary, the ways to
write, and the broken servers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from upsertspec import __version__
from upsertspec.errors import ConfigError
from upsertspec.prove.servers import broken_servers
from upsertspec.report.files import write_whole
from upsertspec.report.html.kit import environment, policy, styles
from upsertspec.report.page import page
from upsertspec.report.proof import last_proof
from upsertspec.site.contents import anchor_of, profiles
from upsertspec.site.coverage import statements, user_story
from upsertspec.site.markdown import Document, document
from upsertspec.site.results import Results
from upsertspec.spec import criteria as spec
from upsertspec.spec import schema, ways
from upsertspec.spec.files import features_dir

HERE = Path(__file__).parent / "templates"
REPORT = "report.html"
PAGES = {"index.html": "Overview", "contract.html": "Contract", "tables.html": "Tables and roles",
         "coverage.html": "Coverage", "vocabulary.html": "Vocabulary", "ways.html": "Ways to write",
         "faults.html": "Broken servers"}  # fmt: skip
SCENARIOS_SHOWN = 3
"""The scenarios that a cell of the page "Ways to write" links."""
LINKS = {
    "CONTRACT.md": "contract.html",
    "README.md": "vocabulary.html",
    "schema.toml": "tables.html",
    "features/CONTRACT.md": "contract.html",
}


def build(folder: Path, report: Mapping[str, Any] | None) -> list[str]:
    """Write the site into the folder and return the names of its files. Raises ConfigError if it can't be written."""
    files = pages(report)
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


def pages(report: Mapping[str, Any] | None) -> dict[str, str]:
    """Every file of the site, by name. With a report, its page is one of them, and each criterion shows its result."""
    broken = broken_servers()
    shown = profiles(broken, _about())
    places = {c.own.id: f"{profile.file}#{c.own.id}" for profile in shown for c in profile.criteria}
    scenarios = {s.cases[0].scenario: f"{p.file}#{s.anchor}" for p in shown for c in p.criteria for s in c.scenarios}
    common = {
        "profiles": shown, "results": Results(report), "places": places, "proof": last_proof(), "broken": broken,
        "version": __version__, "digest": spec.digest(), "titles": PAGES, "anchor_of": anchor_of,
        "report_page": REPORT, "tables": schema.tables(), "roles": schema.roles(), "protected": schema.PROTECTED,
        "rules": rules, "scenarios": scenarios, "shown": SCENARIOS_SHOWN,
        "story": user_story(), "statements": statements(),
        "matrices": {"Invariants": ways.invariants(), "Values": ways.values()},
    }  # fmt: skip
    files = {
        name: _render(name, common)
        for name in ("index.html", "tables.html", "coverage.html", "ways.html", "faults.html")
    }
    for name, source in (("contract.html", "CONTRACT.md"), ("vocabulary.html", "README.md")):
        text: Document = document(features_dir() / source, LINKS, places)
        files[name] = _render("document.html", {**common, "document": text}, name)
    for profile in shown:
        files[profile.file] = _render("profile.html", {**common, "profile": profile}, profile.file)
    if report:
        files[REPORT] = page(report)
    return files


def rules(field: schema.Field) -> str:
    """The rules of a field in words."""
    said = [word for word in ("required", "unique") if getattr(field, word)]
    said += [f"one of {', '.join(field.options)}"] if field.options else []
    named = {"default": "default", "minimum": "at least", "pattern": "matches"}
    said += [f"{words_} {field.rules[rule]}" for rule, words_ in named.items() if rule in field.rules]
    return "; ".join([*said, *(["has a JSON Schema"] if "schema" in field.rules else [])])


def _about() -> dict[str, str]:
    """What each profile is about, from the table in the contract."""
    rows = re.findall(
        r"^\| `(\w+)` \| AC-[^|]+\| ([^|]+) \|$", (features_dir() / "CONTRACT.md").read_text("utf-8"), re.M
    )
    return dict(rows)


def _render(template: str, known: Mapping[str, Any], name: str = "") -> str:
    style = styles(HERE / "site.css")
    shown = {**known, "style": style, "policy": policy(style), "here": name or template}
    return f"{environment(HERE, longest=None).get_template(template).render(shown).strip()}\n"
