"""How well an agent plays: protocols, game runner, statistics, result files."""
