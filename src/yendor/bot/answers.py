"""Answers to the game's questions, by their meaning; the plan in progress says what is wanted."""

import re

from yendor.belief.belief import AIMING, Belief
from yendor.bot import gear
from yendor.bot.aims import digger, drill
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
_ASKED = re.compile(r'\?(?:" -)?')
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
    if kind is Kind.ITEM and plan is not None and plan.letter:
        return a.index_of(plan.letter[0]), plan.explanation
    if kind is Kind.DIRECTION and plan is not None and plan.direction >= 0:
        return plan.direction, plan.explanation
    if kind is Kind.TEXT and "do you wish" in prompt.text:
        return _type(prompt, _MONKS_WISH if belief.role == "mon" else _WISH)
    if kind is Kind.TEXT and plan is not None and plan.text:
        return _type(prompt, plan.text)
    if kind is Kind.TEXT and "who are you" in prompt.text:
        return _type(prompt, "Croesus" if digger(belief) or drill(belief) else "Yendor")  # whom no guard disturbs
    if kind is Kind.MENU and plan is not None and plan.label in ("fight/cast", "survive/heal", "items/enhance"):
        return a.index_of(plan.letter), plan.explanation
    if kind is Kind.MENU and plan is not None and plan.label == "items/pickup":
        return _choose(observation, belief)
    if kind is Kind.POSITION and AIMING in prompt.text:
        return (a.WAIT if belief.last_action == a.UP else a.UP), "teleport to the stairs up"
    return a.ESC, f"nothing to say to: {prompt.text[:60]}"


def _worth_lifting(prompt: Prompt, belief: Belief) -> bool:
    """Tell whether a thing is armour, or wanted for something of another kind that can be dropped."""
    what = prompt.text.partition("lifting ")[2].partition(".")[0]
    index, least = gear.index_of_name(what), ballast(belief.inventory, belief.role)
    armour = index >= 0 and thing(index).kind == it.ARMOR
    return gear.wants(what, belief) and (armour or (least is not None and least.object_index != index))


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
