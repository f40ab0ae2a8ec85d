"""The specification as data: criteria, tables, field types, outcomes, requirement sets, ways to write."""
