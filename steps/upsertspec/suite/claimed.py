"""Which feature files are collected: those of the claimed profiles, where the run knows them; else all."""

from __future__ import annotations

from pytest_bdd.utils import CONFIG_STACK

from upsertspec import spec
from upsertspec.settings import SETTINGS


def feature_paths() -> list[str]:
    """The paths of the feature files to collect. A file that is not collected costs nothing."""
    settings = CONFIG_STACK[-1].stash.get(SETTINGS, None) if CONFIG_STACK else None
    profiles = settings.target.profiles if settings else spec.PROFILES
    return [feature.filename for feature in spec.features() if feature.tags & set(profiles)]
