"""The matrix as one offline page: broken servers by criteria."""

from __future__ import annotations

from html import escape

from upsertspec.prove.matrix import Proof, Row

STYLE = """
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 2rem; }
table { border-collapse: collapse; }
th, td { border: 1px solid #8884; padding: .2rem .4rem; text-align: left; vertical-align: top; }
thead th { position: sticky; top: 0; background: Canvas; }
.caught { background: #2a04; } .spread { background: #fa04; } .missed { background: #f004; font-weight: bold; }
"""


def page(proof: Proof) -> str:
    """The page, with everything in it."""
    digest = proof.digest()
    rows = "\n".join(_row(row) for row in proof.rows)
    sums = "\n".join(
        f"<tr><td>{escape(c)}</td><td>{s['caught']} of {s['of']}</td></tr>" for c, s in digest["criteria"].items()
    )
    title = f"{digest['caught']} of {digest['faults']} broken servers caught"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{STYLE}</style></head><body>
<h1>{title}</h1>
<p>Each row is a server that is broken on purpose, by one mistake. A criterion in green fell, and the mistake violates
it; one in amber fell with it; one in red should have fallen and did not.</p>
<table><thead><tr><th>broken server</th><th>the mistake</th><th>criteria (scenarios that failed)</th></tr></thead>
<tbody>
{rows}
</tbody></table>
<h2>By criterion</h2>
<table><thead><tr><th>criterion</th><th>caught</th></tr></thead><tbody>
{sums}
</tbody></table>
</body></html>
"""


def _row(row: Row) -> str:
    fallen = [_cell(c, "caught" if c in row.fault.violates else "spread", n) for c, n in row.fell.items()]
    unfelt = [_cell(criterion, "missed", 0) for criterion in row.unfelt]
    cells = " ".join(fallen + unfelt)
    return f"<tr><th>{escape(row.fault.name)}</th><td>{escape(row.fault.says)}</td><td>{cells}</td></tr>"


def _cell(criterion: str, kind: str, scenarios: int) -> str:
    return f'<span class="{kind}">{escape(criterion)} ({scenarios})</span>'
