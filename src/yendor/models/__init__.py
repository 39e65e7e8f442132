"""Networks and their layers, one file each."""
