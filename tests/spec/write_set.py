"""Write today's criteria into the newest requirement set, as long as it is not released."""

from __future__ import annotations

import re

from upsertspec.spec import criteria as spec
from upsertspec.spec.files import features_dir
from upsertspec.spec.sets import newest


def main() -> None:
    """Replace the list of the newest set in features/sets.toml."""
    file = features_dir() / "sets.toml"
    names = [criterion.id for criterion in spec.criteria()]
    lines = [", ".join(f'"{name}"' for name in names[at : at + 10]) for at in range(0, len(names), 10)]
    listed = "criteria = [\n" + "".join(f"    {line},\n" for line in lines) + "]"
    head, _, tail = file.read_text("utf-8").partition(f'["{newest()}"]\n')
    file.write_text(f'{head}["{newest()}"]\n' + re.sub(r"criteria = \[[^]]*\]", listed, tail, count=1), "utf-8")


if __name__ == "__main__":
    main()
