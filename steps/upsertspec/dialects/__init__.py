"""The API shapes that the harness can speak. Each is data and two pure functions."""
