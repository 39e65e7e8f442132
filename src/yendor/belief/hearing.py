"""What the game's messages teach that lasts: of the floor, things, the hero's own body, gods, and those around."""

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from yendor.belief import shops
from yendor.belief import terrain as t
from yendor.belief.creatures import ALWAYS_PEACEFUL
from yendor.nethack import actions as a
from yendor.nethack.bottomline import Condition
from yendor.nethack.monsters import monster

if TYPE_CHECKING:
    from yendor.belief.belief import Belief

_STRIKES = "(?:bites|hits|kicks|claws|butts|stings|swings|thrusts|touches|misses|just misses)"
_MANNER = "(?:(?:invisible|saddled|poor|peaceful|tame) )*"
"""What may stand before the name of a kind (x_monnam in do_name.c)."""
_ZAPS = r"zaps an? (?!wand of (?:digging|create monster)\b)"
"""These two strike nobody; the others that do not are zapped at oneself, which is told otherwise (muse.c)."""
_ATTACKED = re.compile(
    rf"The {_MANNER}([A-Za-z' -]+?) (?:(?:bites|hits|kicks|butts|stings|(?:just )?misses)!|kicks\.|touches you"
    rf"|(?:{_ZAPS}|(?:swings|thrusts|throws|shoots|hurls|spits|breathes) )(?![^.!]* at ))"
)
"""A blow, throw or shot at the hero: those at others name their victims (mhitm.c, mthrowu.c), as the hero's own do."""
_NAMED = re.compile(
    r"(?<!The )(?<!invisible )\b(?!It\b)[A-Z][\w'-]+ (?:bites|hits|kicks|butts|stings|(?:just )?misses)!"
)
"""A blow by one with a name of its own."""
_UNSEEN = re.compile(rf"\bIt {_STRIKES}|an unseen monster")
_SPRUNG = re.compile(
    r"shoots out at you|rock falls on your head|bear trap closes|You (?:fall into a pit|land on .*spikes)"
)
_FALL = re.compile(r"gaping hole under you|trap door opens up under you|dig a hole through")
"""What is told on the hole itself: two things of three that are thrown there stay, and hide it (dokick.c)."""
_FRIEND = re.compile(r"attack the innocent|\bIt (?:yelps|yowls|whimpers)")
"""What is told of a blow at a pet or somebody peaceful that was not seen."""
_BITES = re.compile(rf"(?:The {_MANNER}(?P<kind>[a-z -]+)|\b(?!It\b|The\b)(?P<given>[A-Z]\w+)) (?:bites|kicks)!")
_FLASHED = re.compile(rf"The {_MANNER}([A-Za-z' -]+?) is blinded by the flash")
_GRIPPED = re.compile(r"grabs you!|itself around you|You are being (?:crushed|choked)|You cannot escape from")
_THEFTS = ("stole", "steals", "charms you", "seduces you")
_ROBBED = re.compile(
    rf"(?:The {_MANNER}(?:beautiful )?(?P<name>[a-z' -]+?) )?\b(?:stole|steals|charms you|seduces you)\b"
)
_SHOT = re.compile(
    rf"(?:The {_MANNER}(?P<name>[A-Za-z' -]+?) )?(?:{_ZAPS}|breathes )|hear a nearby zap|The wand hits you"
    r"|(?:bolt|blast) of \w+ (?:hits|bounces|whizzes)|ray (?:hits|bounces|whizzes)"
)
"""Who zaps or breathes at the hero: no engraving keeps that off."""
_ESCORT = re.compile(r"(?:Please|I repeat,) (?:drop that [a-z ]+ and )?follow me|Move along!")
_ROGUE = re.compile(r"So be it, rogue|been warned, knave|The guard zaps")
"""What an angry guard says, and does; one who hallucinates hears the rest of it, too (vault.c)."""
_MISSILE = "(?:arrow|crossbow bolt|dagger|dart|knife|spear|javelin|shuriken|throwing star|rock|stone)"
_ARROW = re.compile(rf"You are (?:almost )?hit by (?:an?|the \w+) [a-z -]*{_MISSILE}\b|{_MISSILE} misses you")
_KILLED = re.compile(
    rf"(?:kill|destroy) the {_MANNER}([A-Za-z' -]+?)!|The {_MANNER}([A-Za-z' -]+?) is (?:killed|destroyed)"
)
_ANGER = re.compile(
    r"You feel that .* is displeased|Thou (?:art arrogant|hast (?:strayed|angered)|must relearn|durst)|escape my wrath"
    r"|guilty about losing your pet"
)
"""What a god says whose anger only sacrifices soothe: it does not fade."""
_READ = re.compile(r'You (?:read|feel the words): "([^"]*)')
_EATEN = re.compile(r"You finish eating [^.]* corpse|You're finally finished")
"""Told of the one corpse that was seen to fall: what else lies there may be older."""
_GONE = re.compile(r"(?:engraving beneath you fades|message before you vanishes|engraving on the \w+ vanishes)")
_CLOSED = "closed for inventory"
_LIKE = 0.7
"""Likeness from which a scuffed sign is read as that."""
_DROPPED = re.compile(
    r"Your (?:armor|\w+) falls|You (?:find you must )?drop your|can no longer hold your|shrink out of your"
    r"|pushed off your"
)
_NO_STAIRS = re.compile(r"You can't go (?:up|down) here")
_TOO_HARD = re.compile(
    r"too hard to (?:dig|break)|resists your effort|hole fills with|enough room to dig|cannot stay under"
)
"""Told of stairs, walls and floors, thrones and altars, ladders, holes beside water, boulders, and in water (dig.c)."""
_CONFINED = "mysterious force prevents you from teleporting"
_FREED = re.compile(r"chain (?:disappears|quivers)|someone is helping you|touch with the Universal Oneness")
"""What is told when the ball goes; a scroll of remove curse takes it silently, unless it is read confused, when it says
something else (read.c)."""
_SMELL = re.compile(r"It smells like ([^.]+)\.|It contains spinach")
_CAUGHT = re.compile(r"trap closes on|caught in|[Yy]ou (?:fall|land) .*(?:pit|spikes)|are stuck to|still in a pit")
MEMORY = 20_000
"""Turns for which a spell is remembered (spell.c), unless amnesia takes it; who casts it later is stunned."""
_LEARNT = re.compile(r"Your knowledge of .* is (?:keener|restored)")
_INKLINGS = {
    "stop moving!": "wand of sleep",
    "fights your attempt to write": "wand of striking",
    "riddled by bullet holes": "wand of magic missile",
    "speed up!": "wand of speed monster",
    "slow down!": "wand of slow monster",
    "ice cubes drop": "wand of cold",
}
"""What is seen of a wand that writes, and what it must be (engrave.c): one of death puts the bugs to sleep as well."""
_DRY = re.compile(r"fountain (?:dries up|disappears)")
_FOR_EVER = 10**8
_HANDLESS = ("hold anything", "without hands", "Don't be ridiculous")
_WELDED = 2000
"""Turns for which a cursed weapon is taken to stay in the hand."""
_SHAPE = 1000
"""Turns for which a hero keeps another's shape at most, unless that is killed (polyself.c)."""
_A_WHILE = 100
"""Turns after which a polymorphed hero tries its hands again."""
_PET_KILLED = re.compile(r"distant thunder|studio audience applaud|You murderer")
_UNLUCKY = (
    (_PET_KILLED, 1),
    (re.compile(r"looking glass shatters|That's bad luck"), 2),
    (re.compile(r"unicorn!.*You feel guilty\.\.\.|You cannibal"), 5),
)
"""What is told of a pet's death, a broken mirror, the death of a unicorn of the hero's own god, a forbidden meal; and
the points of Luck that it costs (mon.c, dothrow.c, eat.c)."""
_BREAKAGE, _MIRROR = "You hear something shatter", 2
"""Told of a mirror, or a potion, out of sight that the hero's own wand or spell has broken; and what a mirror costs."""
_BLAST = "gas spore's explosion"
_YOUNG, _CONTRITE = 3000, 2
"""Turns in which the 15 points of alignment that a pet costs leave less than none, which is as bad, and for which as
many points of Luck stand: a thousand turns of kills make up for it."""


def hear(belief: "Belief") -> None:
    """Draw the lasting conclusions from the message."""
    if not belief.message:
        return
    if not belief.hero.condition & Condition.HALLUCINATING:  # else all names are wrong: no shopkeeper's anger, no kill
        _of_others(belief, belief.message)
    _of_guards(belief, belief.message)
    _of_the_floor(belief, belief.message)
    _of_things(belief, belief.message)
    _of_the_body(belief, belief.message)
    _of_gods(belief, belief.message)


def _of_guards(belief: "Belief", message: str) -> None:
    if ("along" in message or "follow me" in message) and _ESCORT.search(message):
        belief.escorted = belief.hero.turn
    if _ROGUE.search(message):
        belief.escorted = -1000
        belief.peaceful.betray("guard")


def _of_the_floor(belief: "Belief", message: str) -> None:
    level, square = belief.level, belief.square
    text = _READ.search(message)
    if text and SequenceMatcher(None, text[1].lower(), _CLOSED).ratio() > _LIKE:
        level.close_shop(square)
    if belief.engraved and text:
        belief.read_turn, belief.read_hp = belief.hero.turn, belief.hero.hp
        if text[1].rstrip(".").lower() != "elbereth":
            belief.unwrite()
    if _GONE.search(message):
        belief.unwrite()
    if "dig a pit" in message:
        belief.pit = (belief.key, square)
        belief.unwrite()
    if "cannot wipe out the message" in message and square not in level.lasting:
        level.furniture[square] = True  # what is burned there is not the word
    if _NO_STAIRS.search(message):
        level.terrain[square] = t.FLOOR  # somebody fell, or was sent, past the stairs taken for these
    if _SPRUNG.search(message):
        level.terrain[square] = t.TRAP
    if _FALL.search(message):
        level.terrain[square], level.falls[square] = t.TRAP, True
    if _CAUGHT.search(message):
        belief.caught = True
    if "fountain" in message and _DRY.search(message):
        level.fountains[square] = level.furniture[square] = False
    if _TOO_HARD.search(message):
        level.hard.add(square)
    level.no_teleport |= _CONFINED in message
    if "anything to eat" in message or "meat was tainted" in message or _EATEN.search(message):
        level.fresh.pop(square, None)
    if "You bump into a door" in message:
        belief.fumbles = True


def _of_things(belief: "Belief", message: str) -> None:
    if _DROPPED.search(message):
        belief.level.dropped.add(belief.square)
        belief.refused.clear()  # what was put on lately may be put on again
    if belief.hero.turn - belief.zap_turn <= 1 and ("Nothing happens" in message or "You wrest" in message):
        belief.empty.update((i.letter, i.name) for i in belief.inventory if i.letter == belief.zapped)
    if "weapon is welded to your hand" in message:
        belief.welded = belief.hero.turn + _WELDED
    if "too worn out to engrave" in message:
        belief.empty.add((belief.pen, belief.scribe))
    if belief.command == a.ENGRAVE and belief.scribe.endswith("wand"):
        for sign, wand in _INKLINGS.items():
            if sign in message:
                belief.inklings[belief.scribe] = wand
                belief.inventory_bytes = b""
    if smell := _SMELL.search(message):
        belief.smell = smell[1] or "spinach"
    if "carrying too much to get through" in message:
        belief.heavy = belief.hero.turn
    if "being punished" in message:
        belief.punished = True
    elif belief.punished and _FREED.search(message):
        belief.punished = False


def _of_the_body(belief: "Belief", message: str) -> None:
    turn = belief.hero.turn
    if any(words in message for words in _HANDLESS):
        belief.handless = turn + _A_WHILE
    if "You turn into a" in message:
        belief.shifted = turn + _SHAPE
        belief.handless = belief.shifted if "You turn into a were" in message else turn + _A_WHILE
    elif "You return to" in message:
        belief.shifted = belief.handless = 0
    if "You speed up" in message or "quickness feels more natural" in message:
        belief.quick = True
    if "feel more confident in" in message or "could be more dangerous" in message:
        belief.trained = True
    if "now" in message and _LEARNT.search(message):
        belief.learnt = turn
    elif "knowledge of this spell is twisted" in message:
        belief.learnt = turn - MEMORY
    if "fail to cast" in message:
        belief.miscast += 1
    elif "You feel better" in message or "spell hits" in message or "spell misses" in message:
        belief.miscast = 0
    if "You feel feverish" in message or "You turn into a were" in message:
        belief.lycanthrope = True
    elif "You feel purified" in message or "Your affinity to" in message:
        belief.lycanthrope = False
    elif "You feel healthy" in message:
        belief.immune = True


def _of_gods(belief: "Belief", message: str) -> None:
    turn = belief.hero.turn
    if _ANGER.search(message) or "Friday the 13th" in message:  # Luck -1 all day: no prayer is heard
        belief.forsaken = _FOR_EVER
        belief.slighted = turn if "is displeased" in message else -1
    elif belief.slighted >= 0 and "shimmering light" in message:
        belief.forsaken, belief.slighted = 0, -1
    if "Full moon tonight" in message:
        belief.luck.base = 1
    lost = sum(points for words, points in _UNLUCKY if words.search(message))
    if _BREAKAGE in message and (turn - belief.zap_turn <= 1 or belief.command == a.CAST):
        lost += _MIRROR
    lost += _innocent(belief, message)
    if turn < _YOUNG and _PET_KILLED.search(message):
        lost += _CONTRITE
    if lost:
        belief.luck.lose(turn, lost)


def _innocent(belief: "Belief", message: str) -> int:
    """Count those killed who were peaceful, or stood beside a gas spore: each costs a point of Luck, or may."""
    dead = [one[1] for one in _KILLED.finditer(message) if one[1] and one[1] != "gas spore"]
    if _BLAST in message:
        return len(dead)
    seen = [(monster(c.species).name, c.kind) for c in belief.creatures if c.species >= 0]
    return sum((name, "peaceful") in seen and (name, "hostile") not in seen for name in dead)


def _of_others(belief: "Belief", message: str) -> None:
    turn = belief.hero.turn
    if _UNSEEN.search(message):
        belief.struck = turn
    if _FRIEND.search(message):
        belief.struck = -1000
    for attacker in _ATTACKED.finditer(message):
        belief.fierce[attacker[1]] = turn
        belief.peaceful.betray(attacker[1])
    if _NAMED.search(message):
        _of_former_pets(belief)
    if blinded := _FLASHED.search(message):
        belief.flashed[blinded[1]] = turn
    if _GRIPPED.search(message):
        belief.gripped = turn
    if any(word in message for word in _THEFTS) and (robber := _ROBBED.search(message)):
        belief.fierce[robber["name"] or ""] = turn
        if robber["name"] != "monkey":  # who takes one thing, and no armour
            belief.level.note_theft(turn)
            belief.level.look_again()
    shops.hear(belief, message)
    shot = _SHOT.search(message)
    if shot and (shot["name"] or turn - belief.zap_turn > 1):  # the hero's own bolts hit and bounce, too
        known = belief.shooter if belief.shot == turn else ""  # the next page tells only what the bolt does
        belief.shot, belief.shooter = turn, shot["name"] or known
    if ("hit by" in message or "misses you" in message) and _ARROW.search(message):
        belief.arrow = turn
    for found in _KILLED.finditer(message):
        belief.killed[found[1] or found[2]] = turn
        belief.peaceful.bury(found[1] or found[2], *belief.square)
    if "confused from hunger" in message or _bitten_by_pet(belief, message):
        belief.starved = turn


def _of_former_pets(belief: "Belief") -> None:
    """Trust nobody beside the hero when one with a name strikes and no pet is near: it may have been the pet once."""
    near = [c for c in belief.creatures if c.distance <= 2]
    if any(c.kind == "pet" for c in near):
        return
    for c in near:
        if c.kind == "peaceful" and c.distance <= 1 and c.species not in ALWAYS_PEACEFUL:
            belief.peaceful.betray(monster(c.species).name)


def _bitten_by_pet(belief: "Belief", message: str) -> bool:
    """Tell whether the one that bites is the hero's own: a starving pet does (dogmove.c)."""
    bite = _BITES.search(message)
    near = [c for c in belief.creatures if c.distance <= 2]
    if bite is None or not any(c.kind == "pet" for c in near):
        return False
    names = {monster(c.species).name for c in near if c.kind == "hostile" and c.species >= 0}
    pets = {monster(c.species).name for c in near if c.kind == "pet"}
    return bite["given"] is not None or (bite["kind"] in pets and bite["kind"] not in names)
