"""How the bot judges and fights what it meets."""
