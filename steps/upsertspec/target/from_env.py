"""The target that the environment names: UPSERTSPEC_TARGET is a URL or the path of a target file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from upsertspec.errors import ConfigError
from upsertspec.spec.criteria import PROFILES, cases
from upsertspec.target.address import is_url
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_file, from_url

TARGET = "UPSERTSPEC_TARGET"
PROFILE = "UPSERTSPEC_PROFILE"


def target_from(place: str, env: Mapping[str, str]) -> Target:
    """The target at a URL, or in a target file. Raises ConfigError with what is wrong with it."""
    if is_url(place):
        return from_url(place, env)
    return from_file(Path(place), env)


def target_from_env(env: Mapping[str, str]) -> Target:
    """The target of UPSERTSPEC_TARGET with the profiles of UPSERTSPEC_PROFILE. Raises ConfigError where none is set."""
    if not env.get(TARGET):
        raise ConfigError([f"no target is named; set {TARGET} to a URL or to the path of a target file"])
    target = target_from(env[TARGET], env)
    return with_profiles(target, env.get(PROFILE, "").replace(",", " ").split())


def with_profiles(target: Target, asked: list[str]) -> Target:
    """The target, claiming core and these profiles instead of its own; `all` stands for every profile there is."""
    if not asked:
        return target
    if unknown := sorted(set(asked) - {*PROFILES, "all"}):
        known = ", ".join((*PROFILES, "all"))
        raise ConfigError([f"{', '.join(unknown)}: no such profile; known are {known}"])
    there = {case.profile for case in cases()}
    wanted = PROFILES if "all" in asked else [p for p in PROFILES if p in asked]
    if empty := [profile for profile in asked if profile != "all" and profile not in there]:
        raise ConfigError([f"{', '.join(empty)}: this version of the suite has no scenarios for it yet; leave it out"])
    profiles = tuple(dict.fromkeys(["core", *(p for p in wanted if p in there)]))
    return replace(target, profiles=profiles, whole=set(target.profiles) <= set(profiles))
