"""How a run lives: its folder, checkpoints, metrics."""
