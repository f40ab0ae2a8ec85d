"""The specification as a pytest test module."""
