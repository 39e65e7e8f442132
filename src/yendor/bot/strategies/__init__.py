"""One file per strategy; `tree.py` declares their order."""
