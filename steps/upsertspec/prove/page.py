"""The matrix as one offline page: broken servers by criteria."""

from __future__ import annotations

from pathlib import Path

from upsertspec.prove.matrix import Proof
from upsertspec.report.html.kit import environment, policy, styles

HERE = Path(__file__).parent


def page(proof: Proof) -> str:
    """The page as HTML."""
    style = styles(HERE / "page.css")
    template = environment(HERE).get_template("page.html")
    return template.render(style=style, policy=policy(style), proof=proof, digest=proof.digest())
