"""From a bare terminal to what NLE would have observed, as far as a screen tells it."""
