"""A game in the terminal: live, with reasons, or replayed from a recording."""
