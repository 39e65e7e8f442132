"""What a hero parts with when its pack gets too heavy: less than what it may need still.

A pack that is full of daggers and of potions that nobody drinks keeps the hero from taking up iron shoes and pick-axes:
the game asks first, as they would burden it (hack.c, pickup.c).
"""

from yendor.bot import arms, gear
from yendor.nethack import items as it
from yendor.nethack.objects import thing

BOOKS = {"wiz": "of force bolt", "hea": "of healing"}
"""The first book of those who cast: they read it again before they forget."""
_HEAVY = 60
"""Weight from which what is of no use is dropped at once: a large box weighs 350, a rock 10."""
_LIGHT = 15
"""Weight from which a tool counts."""
_TIGHT = 600
"""Weight of the pack above which nobody gets through a diagonal gap (cant_squeeze_thru in hack.c)."""
_PROVISIONS = 800
"""Points of nutrition in the pack, lichens not counted, without which nobody drops any."""
_KEPT_TOOLS = ("unicorn horn",)
_GAMBLES = 8
"""Unknown potions that are carried for the last moment."""
_USED_TOOLS = ("unicorn horn", "expensive camera")
_TRINKETS = (it.TOOL, it.WAND, it.RING, it.AMULET)
"""What has a use that no hero here knows, the first to go first."""
_USELESS_WANDS = tuple(
    f"wand of {kind}"
    for kind in (
        "light", "create monster", "enlightenment", "locking", "make invisible", "nothing", "opening", "probing",
        "secret door detection", "undead turning",
    )
)  # fmt: skip
_KEPT_POTIONS = ("healing", "holy water", "gain level")
_KEPT_SCROLLS = ("teleportation", "enchant", "remove curse", "genocide")


def ballast(inventory: tuple[it.Item, ...], role: str) -> it.Item | None:
    """Return the heaviest of what the hero does best without; None when all of it is of use."""
    return max(_idle(inventory, role), key=gear.load, default=None)


def lumber(inventory: tuple[it.Item, ...], role: str) -> it.Item | None:
    """Return what is of no use and so heavy that it is not carried for a moment; None when nothing is."""
    heavy = (i for i in _idle(inventory, role) if i.kind != it.FOOD and gear.load(i) >= _HEAVY)
    return max(heavy, key=gear.load, default=None)


def hindrance(inventory: tuple[it.Item, ...], role: str) -> it.Item | None:
    """Return what is dropped first to get through a tight gap; None where that is no help, or needed no more."""
    least = inventory
    while (item := ballast(least, role)) is not None:
        least = tuple(i for i in least if i != item)
    helps = sum(map(gear.load, least)) <= _TIGHT < sum(map(gear.load, inventory))
    return ballast(inventory, role) if helps else None


def surplus(inventory: tuple[it.Item, ...]) -> it.Item | None:
    """Return the smallest lot of missiles: what the burdened drop when all that they carry is of use."""
    return min((i for i in inventory if not i.in_use and arms.missiles((i,))), key=gear.load, default=None)


def trinket(inventory: tuple[it.Item, ...]) -> it.Item | None:
    """Return what is light and never used: what goes when the letters run out, as nothing else is taken up then."""
    spare = (i for i in inventory if not i.in_use and "unpaid" not in i.state and _is_trinket(i))
    return min(spare, key=lambda i: _TRINKETS.index(i.kind), default=None)


def _is_trinket(item: it.Item) -> bool:
    if item.kind == it.TOOL:
        return item.object_index not in arms.DIGGERS and not item.name.startswith(_USED_TOOLS)
    return item.kind in _TRINKETS and (item.kind != it.WAND or item.name.endswith(_USELESS_WANDS))


def _idle(inventory: tuple[it.Item, ...], role: str) -> list[it.Item]:
    spare = [i for i in inventory if not i.in_use and "unpaid" not in i.state]
    known = [i for i in spare if i.kind in _KEEP and (i.object_index >= 0 or i.kind == it.FOOD)]
    return [i for i in known if not _KEEP[i.kind](i, inventory, role)] + [i for i in spare if i.kind in gear.BULK]


def _keep_weapon(item: it.Item, inventory: tuple[it.Item, ...], role: str) -> bool:
    if thing(item.object_index).name in arms.THROWN:
        return arms.missiles(inventory) - item.count < arms.ENOUGH
    if item.object_index in arms.DIGGERS:
        return _keep_tool(item, inventory, role)
    skill = thing(item.object_index).skill
    return skill <= 0 or (role == "ran" and skill == arms.BOW)


def _keep_tool(item: it.Item, inventory: tuple[it.Item, ...], role: str) -> bool:
    if item.object_index in arms.DIGGERS:
        tools = [i for i in inventory if i.object_index in arms.DIGGERS]
        return item == max(tools, key=lambda i: (i.in_use, i.blessing != "cursed", -gear.load(i)))
    return thing(item.object_index).weight <= _LIGHT or item.name.startswith(_KEPT_TOOLS)


def _keep_potion(item: it.Item, inventory: tuple[it.Item, ...], role: str) -> bool:
    if unknown_potion(item):
        return sum(i.count for i in inventory if unknown_potion(i)) - item.count < _GAMBLES
    return any(word in item.name for word in _KEPT_POTIONS)


def unknown_potion(item: it.Item) -> bool:
    """Tell whether nobody knows what a potion does; clear ones are water always."""
    unnamed = item.name.endswith(("potion", "potions")) and not item.name.startswith("clear ")
    return item.kind == it.POTION and unnamed


def _keep_scroll(item: it.Item, inventory: tuple[it.Item, ...], role: str) -> bool:
    unknown = " labeled " in item.name or item.name.startswith("unlabeled")
    return unknown or any(word in item.name for word in _KEPT_SCROLLS)


def _keep_book(item: it.Item, inventory: tuple[it.Item, ...], role: str) -> bool:
    return item.name.endswith(BOOKS.get(role, "nothing"))


def _keep_gem(item: it.Item, inventory: tuple[it.Item, ...], role: str) -> bool:
    return not item.name.startswith("rock")


def _keep_food(item: it.Item, inventory: tuple[it.Item, ...], role: str) -> bool:
    if item.name.startswith("tin"):
        return gear.tins(inventory) <= gear.TINS
    if "lichen" not in item.name or gear.lichens(inventory) <= gear.LICHENS:
        return gear.is_food(item.name)
    foods = (i for i in inventory if i.kind == it.FOOD and i.object_index >= 0 and gear.is_food(i.name))
    return sum(i.count * thing(i.object_index).nutrition for i in foods) < _PROVISIONS


def _keep_armour(item: it.Item, inventory: tuple[it.Item, ...], role: str) -> bool:
    return gear.protects_more(item, inventory, role)  # it could not be put on just now


_KEEP = {
    it.WEAPON: _keep_weapon, it.ARMOR: _keep_armour, it.TOOL: _keep_tool, it.POTION: _keep_potion,
    it.SCROLL: _keep_scroll, it.SPELLBOOK: _keep_book, it.GEM: _keep_gem,
    it.FOOD: _keep_food,
}  # fmt: skip
