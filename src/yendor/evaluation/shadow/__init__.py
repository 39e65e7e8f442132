"""Watching the games of others: a label and a key for each of their steps, and how far they agree."""
