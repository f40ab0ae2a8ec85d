"""Deliberately broken servers: each makes one mistake that real implementers make.

They prove that the suite can fail: for each criterion there are servers that break it, and the suite tells.
A fault is a small class on a seam of the reference server. To add one, write a class with `@fault` in any module here.
"""

from upsertspec_broken.catalogue import Fault, catalogue, fault

__all__ = ["Fault", "catalogue", "fault"]
