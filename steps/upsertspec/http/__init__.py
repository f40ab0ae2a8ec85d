"""How bytes go to the target and come back: pooled, limited in time and size, and never to another host."""
