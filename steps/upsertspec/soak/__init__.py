"""Many users for a long time, under Locust. At the end, every acknowledged write is looked for."""
