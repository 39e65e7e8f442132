"""The workshop for improving the bot: fixed games measured per version, compared game by game, and positions kept."""
