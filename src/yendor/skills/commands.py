"""The commands of play as plans: keys, expected questions and their answers."""

from yendor.nethack import actions as a
from yendor.nethack.prompts import CORPSE_STATE
from yendor.skills.plan import Plan

_DIGITS = {str(n): a.index_of(str(n)) for n in range(10)}
Goal = tuple[str, tuple[int, int]] | None


def step(offset: tuple[int, int], label: str, why: str, goal: Goal = None) -> Plan:
    """Walk, or attack what stands there."""
    return Plan((a.DIRECTIONS[offset],), label, why, goal=goal)


def force_fight(offset: tuple[int, int], label: str, why: str) -> Plan:
    """Attack a square, whatever is seen there."""
    return Plan((a.FIGHT, a.DIRECTIONS[offset]), label, why)


def rob(offset: tuple[int, int], why: str) -> Plan:
    """Attack a peaceful one, and mean it."""
    return Plan((a.FIGHT, a.DIRECTIONS[offset]), "fight/rob", why, yes="Really attack")


def search(turns: int, label: str, why: str, goal: Goal = None) -> Plan:
    """Search for some turns; a monster that comes into view ends it."""
    digits = tuple(_DIGITS[digit] for digit in str(turns)) if turns > 1 else ()
    return Plan((*digits, a.SEARCH), label, why, goal=goal)


def open_door(offset: tuple[int, int], label: str, why: str, goal: Goal = None) -> Plan:
    """Open a door by command: who fumbles does not open it by walking."""
    return Plan((a.OPEN,), label, why, direction=a.DIRECTIONS[offset], goal=goal)


def kick(offset: tuple[int, int], label: str, why: str, goal: Goal = None) -> Plan:
    """Kick a square."""
    return Plan((a.KICK,), label, why, direction=a.DIRECTIONS[offset], goal=goal)


def throw(letter: str, offset: tuple[int, int], why: str) -> Plan:
    """Throw an item."""
    return Plan((a.THROW,), "fight/throw", why, letter=letter, direction=a.DIRECTIONS[offset])


def fire(offset: tuple[int, int], why: str) -> Plan:
    """Fire what is in the quiver."""
    return Plan((a.FIRE,), "fight/throw", why, direction=a.DIRECTIONS[offset])


def cast(letter: str, offset: tuple[int, int], why: str) -> Plan:
    """Cast a spell in a direction; the menu of spells is answered with its letter."""
    return Plan((a.CAST,), "fight/cast", why, letter=letter, direction=a.DIRECTIONS[offset])


def zap(letter: str, offset: tuple[int, int], why: str) -> Plan:
    """Zap a wand in a direction (one without a direction takes none)."""
    return Plan((a.index_by_name("Command.ZAP"),), "fight/zap", why, letter=letter, direction=a.DIRECTIONS[offset])


def heal(letter: str, why: str) -> Plan:
    """Cast a healing spell at oneself."""
    return Plan((a.CAST,), "survive/heal", why, letter=letter, direction=a.WAIT)


def pray(why: str) -> Plan:
    """Pray."""
    return Plan((a.PRAY,), "survive/pray", why, yes="sure you want to pray")


def pay(why: str) -> Plan:
    """Pay a shopkeeper; an angry one beside the hero is paid for what was stolen, and content with a fifth (shk.c)."""
    return Plan((a.PAY,), "items/pay", why, yes="Pay\\?|Itemized billing")


def eat_ground(name: str, why: str) -> Plan:
    """Eat a thing from the floor, one of several if need be, and nothing else: no werejackal for a jackal."""
    thing = f"There (?:is (?:an?|the)|are \\d+) {CORPSE_STATE}{name}s? here; eat"
    return Plan((a.EAT,), "eat/ground", why, yes=f"{thing}|Stop eating|Continue eating")


def eat(letter: str, why: str) -> Plan:
    """Eat a thing from the pack."""
    return Plan((a.EAT,), "eat/inventory", why, letter=letter, yes="Stop eating")


def quaff(letter: str, why: str, label: str = "survive/quaff") -> Plan:
    """Drink a potion."""
    return Plan((a.QUAFF,), label, why, letter=letter)


def wield(letter: str, why: str) -> Plan:
    """Take a weapon in hand."""
    return Plan((a.WIELD,), "items/wield", why, letter=letter)


def dip(letter: str, why: str) -> Plan:
    """Dip a thing into the fountain the hero stands on."""
    return Plan((a.DIP,), "items/dip", why, letter=letter, yes="into the fountain")


def wear(letter: str, why: str) -> Plan:
    """Put on a piece of armour."""
    return Plan((a.WEAR,), "items/wear", why, letter=letter)


def take_off(letter: str, why: str) -> Plan:
    """Take off a piece of armour; the game asks which only where several are worn."""
    return Plan((a.TAKE_OFF,), "items/wear", why, letter=letter)


def enhance(why: str) -> Plan:
    """Advance the first skill that may be advanced; it takes no time."""
    return Plan((a.ENHANCE,), "items/enhance", why, letter="a")


def pick_up(why: str) -> Plan:
    """Pick things up; a menu is answered by what is wanted."""
    return Plan((a.PICKUP,), "items/pickup", why)


def read(letter: str, why: str) -> Plan:
    """Read a scroll."""
    return Plan((a.index_by_name("Command.READ"),), "items/read", why, letter=letter)


def zap_down(letter: str, why: str) -> Plan:
    """Zap a wand at the floor."""
    return Plan((a.index_by_name("Command.ZAP"),), "explore/dig", why, letter=letter, direction=a.DOWN)


def zap_self(letter: str, why: str) -> Plan:
    """Zap a wand at oneself."""
    return Plan((a.index_by_name("Command.ZAP"),), "items/zap", why, letter=letter, direction=a.WAIT)


def elbereth(why: str, letter: str = "-", label: str = "survive/elbereth") -> Plan:
    """Write Elbereth, in the dust unless something to write with is named."""
    return Plan((a.ENGRAVE,), label, why, letter=letter, text="Elbereth")


def flash(letter: str, offset: tuple[int, int], why: str) -> Plan:
    """Take a photograph of what stands in a direction."""
    return Plan((a.APPLY,), "fight/flash", why, letter=letter, direction=a.DIRECTIONS[offset])


def dig_down(letter: str, why: str) -> Plan:
    """Dig through the floor with a pick-axe or a mattock."""
    return Plan((a.APPLY,), "explore/dig", why, letter=letter, direction=a.DOWN)


def look(label: str, why: str) -> Plan:
    """Look at what lies or is written here; it takes no time."""
    return Plan((a.LOOK,), label, why)


def drop(letter: str, label: str, why: str) -> Plan:
    """Drop a thing, all of it."""
    return Plan((a.DROP,), label, why, letter=letter)


def stairs(down: bool, label: str, why: str) -> Plan:
    """Take the stairs the hero stands on."""
    return Plan((a.DOWN if down else a.UP,), label, why)
