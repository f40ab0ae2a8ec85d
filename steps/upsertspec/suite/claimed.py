"""Which feature files are collected: those of the claimed profiles, where the run knows them; else all."""

from __future__ import annotations

from pathlib import Path

from pytest_bdd.utils import CONFIG_STACK

from upsertspec.run.settings import SETTINGS
from upsertspec.spec import criteria as spec
from upsertspec.spec.files import features_dir


def feature_paths() -> list[str]:
    """The paths of the feature files to collect. A file that is not collected costs nothing."""
    settings = CONFIG_STACK[-1].stash.get(SETTINGS, None) if CONFIG_STACK else None
    if settings is None:
        return [feature.filename for feature in spec.features()]
    wanted = {case.file for case in spec.cases() if settings.part.holds(case) and settings.claimed(case)}
    root = features_dir()
    return [f.filename for f in spec.features() if Path(f.filename).relative_to(root).as_posix() in wanted]
