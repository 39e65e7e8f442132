"""Sokoban: which map this is, how far its solution has got, and how to go on when the boulders lie otherwise."""
