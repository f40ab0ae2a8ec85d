"""Catalogues of servers that differ from the reference: broken ones, and unusual ones that conform.

An entry has a name, a sentence, the criteria that it violates or the freedom that it uses, and parts: what it uses
instead of something in the reference server.
"""

from upsertspec_catalogue.answers import Answer, answers, view
from upsertspec_catalogue.entries import Catalogue, Entry, Part, parsed, shown, stored

__all__ = ["Answer", "Catalogue", "Entry", "Part", "answers", "parsed", "shown", "stored", "view"]
