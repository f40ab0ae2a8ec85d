"""The shapes of API that the harness speaks. Each is data and two pure functions."""
