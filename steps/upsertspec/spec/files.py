"""Where the specification's files are: next to the package when installed, at the top of a checkout otherwise."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parents[1]


def features_dir() -> Path:
    """The folder of the feature files and of `schema.toml`."""
    installed = _HERE / "features"
    return installed if installed.is_dir() else _HERE.parents[1] / "features"


def targets_dir() -> Path:
    """The folder of the target files of third-party servers that were judged."""
    installed = _HERE / "targets"
    return installed if installed.is_dir() else _HERE.parents[1] / "examples" / "targets"


def suite_dir() -> Path:
    """The folder of the test module that collects the features."""
    return _HERE / "suite"


def report_schema_file() -> Path:
    """The JSON Schema that `report.json` keeps to."""
    return _HERE / "report" / "report.schema.json"
