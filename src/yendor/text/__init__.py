"""Observations, actions and their history as language, and as tokens."""
