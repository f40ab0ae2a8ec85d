"""Reports side by side: several targets, or one target before and after."""
