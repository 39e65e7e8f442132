"""What each role begins with, as far as it is the same in every game (u_init.c): a person sees it on the first turn."""

_WORN, _HELD, _OTHER = "(being worn)", "(weapon in hand)", "(alternate weapon; not wielded)"

_PACKS: dict[str, tuple[str, ...]] = {
    "arc": (
        f"a +2 bullwhip {_HELD}", f"an uncursed +0 leather jacket {_WORN}", f"an uncursed +0 fedora {_WORN}",
        "3 uncursed food rations", f"a +0 pick-axe {_OTHER}", "a tinning kit", "an uncursed touchstone",
        "an uncursed sack",
    ),
    "bar": (
        "a +0 two-handed sword (weapon in hands)", f"a +0 axe {_OTHER}", f"an uncursed +0 ring mail {_WORN}",
        "an uncursed food ration",
    ),
    "cav": (
        f"a +1 club {_HELD}", f"a +2 sling {_OTHER}", "20 uncursed flint stones (in quiver pouch)",
        "24 uncursed rocks", f"an uncursed +0 leather armor {_WORN}",
    ),
    "hea": (f"a +0 scalpel {_HELD}", f"an uncursed +1 pair of leather gloves {_WORN}", "an uncursed stethoscope"),
    "kni": (
        f"a +1 long sword {_HELD}", f"a +1 lance {_OTHER}", f"an uncursed +1 ring mail {_WORN}",
        f"an uncursed +0 helmet {_WORN}", f"an uncursed +0 small shield {_WORN}",
        f"an uncursed +0 pair of leather gloves {_WORN}", "10 uncursed apples", "10 uncursed carrots",
    ),
    "mon": (f"an uncursed +2 pair of leather gloves {_WORN}", f"an uncursed +1 robe {_WORN}"),
    "pri": (
        f"a blessed +1 mace {_HELD}", f"a +0 robe {_WORN}", f"a +0 small shield {_WORN}", "4 potions of holy water",
        "a clove of garlic", "a sprig of wolfsbane",
    ),
    "ran": (
        f"a +1 dagger {_HELD}", f"a +1 bow {_OTHER}", "50 +2 arrows (in quiver)", "30 +0 arrows",
        f"an uncursed +2 cloak of displacement {_WORN}", "4 uncursed cram rations",
    ),
    "rog": (
        f"a +0 short sword {_HELD}", f"6 +0 daggers {_OTHER}", f"an uncursed +1 leather armor {_WORN}",
        "an uncursed potion of sickness",
    ),
    "sam": (
        f"a +0 katana {_HELD}", f"a +0 wakizashi {_OTHER}", "a +0 yumi", "25 +0 ya (in quiver)",
        f"an uncursed +0 splint mail {_WORN}",
    ),
    "tou": ("25 +2 darts (in quiver pouch)",),
    "val": (
        f"a +1 long sword {_HELD}", f"a +0 dagger {_OTHER}", f"an uncursed +3 small shield {_WORN}",
        "an uncursed food ration",
    ),
    "wiz": (f"a blessed +1 quarterstaff {_HELD}", f"an uncursed +0 cloak of magic resistance {_WORN}"),
}  # fmt: skip
"""Letters a, b, c ... in order, up to where chance begins. Counts that vary are those most often seen."""

_OF_RACE: dict[str, dict[str, str]] = {
    "elf": {
        "dagger": "elven dagger", "bow": "elven bow", "arrow": "elven arrow", "short sword": "elven short sword",
        "cloak of displacement": "elven cloak", "cram ration": "lembas wafer",
    },
    "orc": {
        "dagger": "orcish dagger", "bow": "orcish bow", "arrow": "orcish arrow", "short sword": "orcish short sword",
        "ring mail": "orcish ring mail", "cram ration": "tripe ration",
    },
    "gno": {"bow": "crossbow", "arrow": "crossbow bolt"},
}  # fmt: skip


def starting_pack(role: str, race: str) -> list[str]:
    """Return the lines of the pack on the first turn, letter a first.

    Args:
        role: Three letters, such as `val`; another gives nothing.
        race: Three letters, or "" when it is not known.
    """
    out = []
    for line in _PACKS.get(role, ()):
        for of_all, own in _OF_RACE.get(race, {}).items():
            if f" {of_all}" in line:
                line = line.replace(f" {of_all}", f" {own}")
                break
        out.append(line)
    return out
