"""A lawful hero's long sword, and the fountains of its levels."""

from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.hearing import hear
from yendor.bot import arms
from yendor.bot.agent import BotAgent
from yendor.bot.state import State
from yendor.bot.strategies import dip
from yendor.envs.make import make
from yendor.nethack import actions as a
from yendor.nethack.bottomline import Hero
from yendor.nethack.items import Item, read_item
from yendor.nethack.objects import table

KINDS = {one.name: one for one in table() if one.name}
FOUNTAIN = (9, 20)


def thing(letter: str, line: str, name: str) -> Item:
    return read_item(letter, line, KINDS[name].kind, nh.GLYPH_OBJ_OFF + KINDS[name].index)


SWORD = thing("a", "a corroded +1 long sword (weapon in hand)", "long sword")


def belief_of(*inventory: Item, role: str = "kni", alignment: int = 1, **numbers: int) -> Belief:
    """A healthy hero four steps beside a fountain of the first level."""
    belief = Belief()
    belief.role, belief.inventory = role, inventory
    given = {"hp": 40, "max_hp": 40, "x": 16, "y": 9, "turn": 3000, "xl": 6, "hunger": 1, "depth": 1, "level": 1}
    belief.hero = Hero(*[0] * 27)._replace(**(given | {"alignment": alignment} | numbers))
    belief.level.terrain[5:14, 10:31] = t.FLOOR
    belief.level.fountains[FOUNTAIN] = True
    belief.levels[belief.key] = belief.level
    return belief


def test_the_lawful_walk_to_a_fountain_and_dip_their_long_sword() -> None:
    belief = belief_of(SWORD)
    plan = dip.propose(State(belief))
    assert plan is not None
    assert plan.goal == ("fountain", FOUNTAIN)
    belief.hero = belief.hero._replace(x=20)
    plan = dip.propose(State(belief))
    assert plan is not None
    assert (plan.keys, plan.letter) == ((a.DIP,), "a")


def test_nobody_else_dips() -> None:
    for belief in (
        belief_of(SWORD, alignment=0),
        belief_of(SWORD, role="pri"),
        belief_of(SWORD, xl=4),
        belief_of(SWORD, hp=20),
        belief_of(thing("a", "a katana (weapon in hand)", "katana")),
        belief_of(SWORD, thing("b", "a blessed rustproof +0 Excalibur (weapon in hand)", "long sword")),
    ):
        assert dip.propose(State(belief)) is None


def test_a_dry_fountain_is_forgotten() -> None:
    belief = belief_of(SWORD, x=20)
    belief.message = "The fountain dries up!"
    hear(belief)
    assert dip.propose(State(belief)) is None


def test_excalibur_is_not_changed_for_what_hits_harder_by_the_table() -> None:
    excalibur = thing("b", "a blessed rustproof +0 Excalibur (weapon in hand)", "long sword")
    heavy = thing("c", "a two-handed sword", "two-handed sword")
    assert arms.better_weapon((excalibur, heavy), "kni", [heavy]) is None
    lying = thing("b", "a blessed rustproof +0 Excalibur", "long sword")
    held = thing("c", "a two-handed sword (weapon in hand)", "two-handed sword")
    assert arms.better_weapon((lying, held), "kni", [lying]) == lying
    belief = belief_of(SWORD)
    plain = arms.might(belief)
    belief.inventory = (excalibur,)
    assert arms.might(belief) > plain + 4


def test_the_lawful_of_the_real_game_get_it() -> None:
    """Cores 2238, 2251 and 2289 are lawful heroes with a fountain near by: one of them at least comes to it."""
    assert any(_finds_excalibur(core) for core in (2289, 2251, 2238))


def _finds_excalibur(core: int) -> bool:
    env = make(seeds=(core, core + 1000), max_steps=7000)
    agent = BotAgent()
    observation, _ = env.reset()
    over = False
    while not over and not any(arms.EXCALIBUR in item.name for item in agent.belief.inventory):
        decision = agent.act(observation)
        agent.observe(observation, decision.action)
        observation, _, terminated, truncated, _ = env.step(decision.action)
        over = terminated or truncated
    env.close()
    assert not agent.faults
    return not over and agent.belief.hero.xl >= 5
