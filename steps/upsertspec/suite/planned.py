"""Which feature files are collected: those with a planned case, or all if the selection is not known yet."""

from __future__ import annotations

from pytest_bdd.utils import CONFIG_STACK

from upsertspec.run.settings import SETTINGS
from upsertspec.spec import criteria as spec


def feature_paths() -> list[str]:
    """The paths of the feature files to collect. Each file that is left out saves time."""
    settings = CONFIG_STACK[-1].stash.get(SETTINGS, None) if CONFIG_STACK else None
    if settings is None:
        return [str(file) for file in spec.feature_files()]
    return settings.selection.feature_files()
