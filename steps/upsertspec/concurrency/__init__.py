"""The history of a record that many clients wrote and read at once, and whether any order explains it. No I/O."""
