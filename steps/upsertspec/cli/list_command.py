"""`upsertspec list`: the criteria of the specification."""

from __future__ import annotations

import json
import sys
import textwrap
from dataclasses import asdict
from typing import Any

import click

from upsertspec.report.console import Console


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every scenario.")
@click.option("--scenarios", is_flag=True, help="With the ids and titles of the scenarios.")
@click.option("--faults", is_flag=True, help="List the broken servers instead.")
@click.option("--dialects", is_flag=True, help="List the ready-made dialects instead.")
def list_command(as_json: bool, scenarios: bool, faults: bool, dialects: bool) -> None:
    """List the criteria: profile, level, number of scenarios, and how many broken servers each catches."""
    if dialects:
        _dialects(as_json)
    elif faults:
        _broken_servers(as_json)
    elif as_json:
        click.echo(json.dumps(_document(), ensure_ascii=False, indent=1))
    else:
        _criteria(scenarios)


def _criteria(scenarios: bool) -> None:
    from upsertspec.report.proof import caught_in_words, findings_in_words, last_findings, last_proof
    from upsertspec.spec import criteria as spec

    last = last_proof()
    profile = ""
    for criterion in spec.criteria():
        if criterion.profile != profile:
            profile = criterion.profile
            click.echo(profile)
        proven = last["criteria"].get(criterion.id, {"caught": 0, "of": 0})
        caught = f"{proven['caught']:>2} of {proven['of']:>2} broken servers caught"
        numbers = f"{len(criterion.cases):>3} scenarios  {caught}"
        _print(f"  {criterion.id}  {criterion.level:<6}  {numbers}  {criterion.sentence}", indent=10)
        for case in criterion.cases if scenarios else ():
            _print(f"          {case.id:<11}  {case.title}", indent=23)
    click.echo()
    for line in [caught_in_words(last), *(findings_in_words(last_findings()) if last_findings() else ())]:
        _print(line, indent=2)


def _dialects(as_json: bool) -> None:
    from upsertspec.dialects.ready_made import file_of
    from upsertspec.target.ready import ready_made

    described = {name: file_of(name) for name in ready_made()}
    if as_json:
        listed = [
            {
                "name": name,
                "about": said["about"],
                "options": {k: o["about"] for k, o in said.get("options", {}).items()},
            }
            for name, said in described.items()
        ]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    for name, said in described.items():
        _print(f"{name:<20}  {said['about']}", indent=22)


def _broken_servers(as_json: bool) -> None:
    from upsertspec.prove.servers import broken_servers

    servers = broken_servers()
    if as_json:
        click.echo(json.dumps([asdict(server) for server in servers], ensure_ascii=False, indent=1))
        return
    for server in servers:
        _print(f"{server.name:<42}  {' '.join(server.violates)}", indent=4)
        _print(f"    {server.says}", indent=4)
        if server.report:
            click.echo(f"    reported at {server.report}")


def _print(line: str, indent: int) -> None:
    """Print a line, on a terminal in its width: what does not fit goes on below, indented."""
    console = Console(sys.stdout)
    if console.interactive:
        wrapper = textwrap.TextWrapper(console.width, break_on_hyphens=False, break_long_words=False)
        wrapper.subsequent_indent = " " * indent
        line = wrapper.fill(line)
    click.echo(line)


def _document() -> dict[str, Any]:
    from upsertspec import __version__
    from upsertspec.report.proof import last_proof
    from upsertspec.spec import criteria as spec

    return {
        "suite": {"name": "upsertspec", "version": __version__, "features_digest": spec.digest()},
        "proof": last_proof(),
        "profiles": [profile for profile in spec.PROFILES if any(c.profile == profile for c in spec.criteria())],
        "criteria": [
            {
                "id": criterion.id,
                "profile": criterion.profile,
                "level": criterion.level,
                "sentence": criterion.sentence,
                "scenarios": [{"id": c.id, "title": c.title, "file": c.file, "line": c.line} for c in criterion.cases],
            }
            for criterion in spec.criteria()
        ],
    }
