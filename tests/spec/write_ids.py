"""Write an id as a tag above each scenario that has none: `python -m tests.spec.write_ids`."""

from __future__ import annotations

import re
from pathlib import Path

from upsertspec.spec import criteria as spec
from upsertspec.spec.files import features_dir
from upsertspec.spec.ids import PREFIX, new_id

TITLE = re.compile(r"( *)Scenario(?: Outline)?: (.*?)\s*")
ID = re.compile(rf"@({PREFIX}\S+)")


def write_ids(root: Path) -> int:
    """Write the ids that are missing in the feature files of a folder, and return their number."""
    files = {file: file.read_text("utf-8") for file in spec.feature_files(root)}
    taken = {ident for text in files.values() for ident in ID.findall(text)}
    before = len(taken)
    for file, text in files.items():
        written = _with_ids(text, file.relative_to(root).as_posix(), taken)
        if written != text:
            file.write_text(written, "utf-8")
    return len(taken) - before


def _with_ids(text: str, file: str, taken: set[str]) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        title = TITLE.fullmatch(line)
        tags = lines[-1] if lines and lines[-1].lstrip().startswith("@") else ""
        if title and not ID.search(tags):
            ident = new_id(file, title[2], taken)
            taken.add(ident)
            if tags:
                lines.pop()
            lines.append(f"{title[1]}@{ident} {tags.strip()}".rstrip())
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    print(f"{write_ids(features_dir())} ids written")
