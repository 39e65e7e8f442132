"""The NetHack Challenge of NeurIPS 2021."""
