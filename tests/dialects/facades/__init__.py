"""Servers that speak as the APIs of the ready-made dialects do, a file each, in front of the reference server."""
