"""The contract's own wire, with something that a target may state."""

from upsertspec.dialects.native import Native

PACKAGE = __name__


class Replacing(Native):
    """An update replaces the whole record."""

    replaces = True
