"""Many reports as one page: each implementation in time, and all of them side by side."""
