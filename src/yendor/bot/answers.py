"""Answers to the game's questions, by their meaning; the plan in progress says what is wanted."""

import re

from nle import nethack as nh

from yendor.belief.belief import AIMING, Belief
from yendor.bot import gear
from yendor.bot.aims import digger, drill
from yendor.bot.arms import missiles
from yendor.bot.pack import ballast
from yendor.core.agent import Observation
from yendor.nethack import actions as a
from yendor.nethack import items as it
from yendor.nethack.menus import read_menu
from yendor.nethack.objects import thing
from yendor.nethack.prompts import Kind, Prompt
from yendor.skills.plan import Plan

_YES = re.compile(
    r"^Pay\?|Stop eating\?|possessions identified|see your attributes|see the dungeon overview"
    r"|see an account|see your conduct|Do you wish to teleport|worth of damage!.*Pay\?"
)
_BAD_TIN = re.compile("atrice|Medusa|slime|were|human|el[fv]|dwar|gnom|orc|dog|kitten|cat|bat|chameleon|stalker")
"""What petrifies, makes a beast or a cannibal of who eats it, or clouds the head."""
_WISH = "+2graydragonscalemail"
"""What is wished for: eleven points of armour, and resistance to magic (objnam.c asks for no blanks);"""
_MONKS_WISH = "+2cloakofprotection"
"""and by a monk, whom a suit would slow."""
_ASKED = re.compile(r'\?(?:" -| \[[^]]*\])?')
"""What ends a question, with the hint that some have behind them (read.c); the rest is what was typed."""
_CLASS, _KIND = "a", "cockatrice"
"""What is wiped out: ants and bees, where a whole class may go, and else whose touch is death."""
_CHARGED = ("digging", "sleep", "teleportation", "cold", "fire", "lightning", "magic missile", "striking")
"""Wands that are worth a charge, the best first."""
_Y, _N = a.index_of("y"), a.index_of("n")


def answer(observation: Observation, belief: Belief, plan: Plan | None) -> tuple[int, str]:
    """Return the key that answers the prompt, and why.

    Without a plan, or when the question is not one the plan expects, the answer is the harmless one:
    no, or escape.
    """
    prompt = belief.prompt
    if belief.idle > 24:
        return (a.MORE if prompt.kind is Kind.MORE else a.ESC), "get out of a question that keeps coming back"
    kind = prompt.kind
    if kind is Kind.MORE:
        return a.MORE, "read on"
    if kind is Kind.YES_NO and prompt.text.startswith("Eat it?"):
        good = bool(belief.smell) and not _BAD_TIN.search(belief.smell)
        return (_Y if good else _N), f"the tin smells of {belief.smell or 'nothing we know'}"
    if kind is Kind.YES_NO and "little trouble lifting" in prompt.text and _worth_lifting(prompt, belief):
        return _Y, "take it, and drop what is of less use"
    if kind is Kind.YES_NO:
        return _yes_or_no(prompt, plan)
    if kind is Kind.ITEM and "want to charge" in prompt.text:
        return _charge(belief)
    if kind is Kind.ITEM and plan is not None and plan.letter:
        return a.index_of(plan.letter[0]), plan.explanation
    if kind is Kind.DIRECTION and plan is not None and plan.direction >= 0:
        return plan.direction, plan.explanation
    if kind is Kind.TEXT and (text := _words(prompt, belief, plan)):
        return _type(prompt, text)
    if kind is Kind.MENU and plan is not None and plan.label in ("fight/cast", "survive/heal", "items/enhance"):
        return a.index_of(plan.letter), plan.explanation
    if kind is Kind.MENU and plan is not None and plan.label == "items/pickup":
        return _choose(observation, belief)
    if kind is Kind.POSITION and AIMING in prompt.text:
        return (a.WAIT if belief.last_action == a.UP else a.UP), "teleport to the stairs up"
    return a.ESC, f"nothing to say to: {prompt.text[:60]}"


def _worth_lifting(prompt: Prompt, belief: Belief) -> bool:
    """Tell whether a thing is armour, or wanted for something that is dropped before it.

    Missiles go next when the burden stays, so they are taken only for what is as heavy.
    """
    what = prompt.text.partition("lifting ")[2].partition(".")[0]
    if not gear.wants(what, belief):
        return False
    index = gear.index_of_name(what)
    if index < 0:
        return ballast(belief.inventory, belief.role) is not None
    item = it.read_item("~", what, thing(index).kind, nh.GLYPH_OBJ_OFF + index)
    least = ballast((*belief.inventory, item), belief.role)
    if item.kind == it.ARMOR or least is None or least == item:
        return item.kind == it.ARMOR
    return not missiles((item,)) or gear.load(least) >= gear.load(item)


def _charge(belief: Belief) -> tuple[int, str]:
    """Name the best wand to be charged; those that were spent go on counting as that."""
    wands = [i for i in belief.inventory if i.kind == it.WAND and not belief.spent(i)]
    best = next((i for kind in _CHARGED for i in wands if i.name == f"wand of {kind}"), None)
    return (a.index_of(best.letter), f"charge the {best.name}") if best else (a.ESC, "nothing to charge")


def _words(prompt: Prompt, belief: Belief, plan: Plan | None) -> str:
    """Return what to write where a line of text is asked for; "" for nothing."""
    if "genocide" in prompt.text:
        return _CLASS if "class of monsters" in prompt.text else _KIND
    if "For what do you wish" in prompt.text:
        return _MONKS_WISH if belief.role == "mon" else _WISH
    if plan is not None and plan.text:
        return plan.text
    if "who are you" in prompt.text:
        return "Croesus" if digger(belief) or drill(belief) else "Yendor"  # whom no guard disturbs
    return ""


def _yes_or_no(prompt: Prompt, plan: Plan | None) -> tuple[int, str]:
    if (plan is not None and plan.yes and re.search(plan.yes, prompt.text)) or _YES.search(prompt.text):
        return _Y, f"yes: {prompt.text[:60]}"
    return _N, f"no: {prompt.text[:60]}"


def _choose(observation: Observation, belief: Belief) -> tuple[int, str]:
    """Choose the next wanted thing of a menu, or close it."""
    menu = read_menu(observation)
    items = menu.items if menu else ()
    taken = {gear.index_of_name(item.text) for item in items if item.selected} & gear.ONE_IS_ENOUGH
    for item in items:
        take = gear.index_of_name(item.text) not in taken and gear.wants(item.text, belief)
        if take and not item.selected and a.has_key(ord(item.letter)):
            return a.index_of(item.letter), f"take {item.text}"
    if menu is not None and menu.page < menu.pages:
        return a.DOWN, "the menu's next page"
    return a.MORE, "that is all"


def _type(prompt: Prompt, text: str) -> tuple[int, str]:
    """Type the next letter of a text: what stands on the screen says how far we are."""
    typed = _ASKED.split(prompt.text)[-1].strip()
    if text.startswith(typed) and typed != text:
        return a.index_of(text[len(typed)]), f"write {text}"
    return a.MORE, f"write {text}"
