"""The published schema of CTRF."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft7Validator, FormatChecker

RAW = json.loads((Path(__file__).parent / "ctrf" / "ctrf-schema-0.0.json").read_text("utf-8"))
CTRF = Draft7Validator(RAW, format_checker=FormatChecker())
STATUSES = set(RAW["properties"]["results"]["properties"]["tests"]["items"]["properties"]["status"]["enum"])
