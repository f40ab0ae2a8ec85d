"""Reports side by side: targets against each other, and one target before and after."""
