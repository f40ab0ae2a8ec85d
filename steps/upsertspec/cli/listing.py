"""`upsertspec list`: the criteria of the specification."""

from __future__ import annotations

import json
from typing import Any

import click


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every scenario.")
@click.option("--scenarios", is_flag=True, help="With the titles of the scenarios.")
def listing(as_json: bool, scenarios: bool) -> None:
    """List the criteria: profile, level and number of scenarios."""
    from upsertspec import spec

    if as_json:
        click.echo(json.dumps(_document(), ensure_ascii=False, indent=1))
        return
    profile = ""
    for criterion in spec.criteria():
        if criterion.profile != profile:
            profile = criterion.profile
            click.echo(profile)
        click.echo(f"  {criterion.id}  {criterion.level:<6}  {len(criterion.cases):>3} scenarios  {criterion.sentence}")
        for case in criterion.cases if scenarios else ():
            click.echo(f"          {case.title}")


def _document() -> dict[str, Any]:
    from upsertspec import __version__, spec

    return {
        "suite": {"name": "upsertspec", "version": __version__, "features_digest": spec.digest()},
        "profiles": [profile for profile in spec.PROFILES if any(c.profile == profile for c in spec.criteria())],
        "criteria": [
            {
                "id": criterion.id,
                "profile": criterion.profile,
                "level": criterion.level,
                "sentence": criterion.sentence,
                "scenarios": [{"title": c.title, "file": c.file, "line": c.line} for c in criterion.cases],
            }
            for criterion in spec.criteria()
        ],
    }
