"""Protocols: which games are played under which rules, and what is made of them."""
