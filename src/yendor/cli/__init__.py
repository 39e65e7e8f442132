"""One thin file per verb; the only room that prints for people."""
