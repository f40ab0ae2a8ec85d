"""Finds what an error must not reveal: stack traces, SQL, paths, modules, and the database and its version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_INTERNALS: Mapping[str, Sequence[str]] = {
    "a stack trace": (
        r"Traceback \(most recent call last\)",
        r'File \\?"[^"]+", line \d+',
        r"(?i:stack_?trace\\?\"\s*:)",
        r"\bat [\w.$<>]+ ?\([^)\n]*:\d+\)",
        r"\bgoroutine \d+ \[",
        r"\bpanicked at ",
    ),
    "a line of code": (r"\b[\w/-]+\.(py|rb|php|js|mjs|ts|java|kt|cs|ex|scala)(:\d+|\(\d+\)|\W{0,4}\bline \d+)",),
    "a path": (
        r"(?<![\w.:/])/(usr|home|var|opt|srv|root|tmp|Users|workspace)/[\w.-]+",
        r"\b[A-Z]:\\\\?(Users|Program|inetpub)",
        r"\b(site-packages|node_modules)/",
    ),
    "SQL": (
        r"\bSELECT\b.+\bFROM\b",
        r"\bINSERT (OR \w+ )?INTO\b",
        r"\bUPDATE \S+ SET\b",
        r"\bDELETE FROM\b",
        r"\bCREATE (TABLE|INDEX)\b",
        r"\bON CONFLICT\b",
    ),
    "a message of the database": (
        r"SQLSTATE|\bORA-\d{5}|SQLITE_[A-Z]+",
        r"\b(UNIQUE|CHECK|NOT NULL|FOREIGN KEY) constraint failed",
        r"no such (table|column|function): ",
        r'near \\?"[^"]*": syntax error|syntax error at or near|unrecognized token: ',
        r"duplicate key value violates|violates (unique|check|not-null|foreign key) constraint",
        r"Duplicate entry .+ for key|invalid input syntax for |cannot store \w+ value|datatype mismatch",
    ),
    "a module or a class": (
        r"\b(sqlite3|psycopg2?|asyncpg|pymysql|pymongo|pyodbc|sqlalchemy|werkzeug|jinja2|json\.decoder)[.:]",
        r"\b(org\.springframework|org\.hibernate|com\.fasterxml|java\.(lang|sql|util)|System\.Data|Npgsql)\b",
        r"\b(ActiveRecord::|PDOException|SequelizeUniqueConstraintError|MongoServerError)",
        r"\b(?!Validation)[A-Z][a-z]\w*(Error|Exception)[:(]",
        r"\bobject at 0x[0-9a-f]+",
    ),
    "the version of the database": (
        r"\b(SQLite|PostgreSQL|Postgres|MySQL|MariaDB|MongoDB|Oracle|SQL Server)[ /]v?\d+\.\d",
    ),
}
_PATTERNS = [(what, re.compile(pattern)) for what, patterns in _INTERNALS.items() for pattern in patterns]


def leaks(text: str, sent: Iterable[str]) -> list[str]:
    """Which internals the text reveals, each with the matching part. It may repeat what was `sent`."""
    for own in sorted(filter(None, sent), key=len, reverse=True):
        text = text.replace(own, "")
    found = ((what, pattern.search(text)) for what, pattern in _PATTERNS)
    return [f"{what}: {match[0][:80]!r}" for what, match in found if match]
