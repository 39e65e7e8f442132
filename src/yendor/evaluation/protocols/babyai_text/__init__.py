"""BabyAI-Text: 256 held-out instances, mean reward (Piterbarg et al. 2023, appendix G.1.3)."""
