"""Lawful servers: each differs from the reference in something that the contract leaves open.

They prove that the suite asks for nothing but the contract: it must pass every one of them. A variant is a small class
on a seam of the reference, or a way to put the answers on the wire. To add one, write a class with `@variant` in any
module here. The canary is the opposite: it answers everything wrongly, and no scenario may pass on it.
"""

from upsertspec_conforming.catalogue import Variant, catalogue, variant

__all__ = ["Variant", "catalogue", "variant"]
