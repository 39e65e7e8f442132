"""How much the hero may eat yet: the bottom line says no more of a full stomach than that it is satiated.

That begins above 1,000 points of nutrition. Who begins a meal satiated chokes at 2,000; who begins it earlier does not
(eat.c). So 1,000 and what was eaten since, less what was digested, bounds what is in there.
"""

import re
from dataclasses import dataclass

from yendor.nethack.bottomline import Hunger
from yendor.nethack.monsters import NUMBER, monster
from yendor.nethack.prompts import CORPSE_STATE, Kind, Prompt

_OFFER = re.compile(r"[Ee]at (?:it|one)\?")
_CORPSE = re.compile(rf"There (?:is an?|are \d+) {CORPSE_STATE}(.+?) corpses? here")
_NUTRITION = {monster(index).name: monster(index).nutrition for index in range(NUMBER)}
_FEAST = 1500
"""What no meal but a dragon's exceeds: anything not known to be less is taken for that."""
_FULL = 900
"""Points above 1,000 up to which meals are safe: at 1,000 the hero chokes."""
_DIGESTS = 2
"""Turns in which a point is digested at least: who is awake digests one a turn, who sleeps one in ten."""


@dataclass
class Stomach:
    """What was eaten last, and since the hero is satiated.

    Attributes:
        meal: Nutrition of the last meal, at most.
        surplus: Nutrition above 1,000, at most.
        satiated: What the bottom line said last.
        choosing: Something in the pack was about to be eaten.
        turn: Up to when digestion is counted.
    """

    meal: int = _FEAST
    surplus: int = 0
    satiated: bool = False
    choosing: bool = False
    turn: int = 0

    def update(self, hunger: int, prompt: Prompt, turn: int, *, escaped: bool = False) -> None:
        """Take in the bottom line's hunger, a question that begins a meal, the turn, and whether ESC was pressed."""
        digested = (turn - self.turn) // _DIGESTS
        if digested > 0:
            self.surplus, self.turn = max(self.surplus - digested, 0), self.turn + digested * _DIGESTS
        satiated = hunger == Hunger.SATIATED
        if satiated != self.satiated:
            self.surplus = self.meal if satiated else 0
        self.satiated = satiated
        begins = _FEAST if self.choosing and not escaped else _offered(prompt)
        self.choosing = prompt.kind is Kind.ITEM and "want to eat" in prompt.text
        if begins:
            self.meal = begins
            self.surplus += begins * satiated

    def holds(self, nutrition: int) -> bool:
        """Tell whether so much more does not choke."""
        return not self.satiated or self.surplus + nutrition < _FULL


def _offered(prompt: Prompt) -> int:
    """Return the nutrition of what a question offers to eat from the floor, at most; 0 for other questions."""
    if prompt.kind is not Kind.YES_NO or not _OFFER.search(prompt.text):
        return 0
    corpse = _CORPSE.search(prompt.text)
    return _NUTRITION.get(corpse[1], _FEAST) if corpse else _FEAST
