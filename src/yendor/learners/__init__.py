"""One file per algorithm, and the loop they share."""
