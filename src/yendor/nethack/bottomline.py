"""The bottom line: the hero's numbers from `blstats`, and who the hero is."""

import enum
import re
from typing import NamedTuple

from yendor.core.agent import Observation


class Hunger(enum.IntEnum):
    """How hungry the hero is."""

    SATIATED = 0
    NOT_HUNGRY = 1
    HUNGRY = 2
    WEAK = 3
    FAINTING = 4
    FAINTED = 5
    STARVED = 6


class Condition(enum.IntEnum):
    """What ails or lifts the hero: bits.  Not an `IntFlag`, whose every `&` costs a microsecond."""

    STONE = 1
    SLIME = 2
    STRANGLED = 4
    FOOD_POISONED = 8
    ILL = 16
    BLIND = 32
    DEAF = 64
    STUNNED = 128
    CONFUSED = 256
    HALLUCINATING = 512
    LEVITATING = 1024
    FLYING = 2048
    RIDING = 4096


class Hero(NamedTuple):
    """`blstats` with names, in NLE's order (27 numbers).

    `strength` runs from 3 to 25; in `strength_percent`, from 3 to 125, 18/xx counts as 18 + xx.
    """

    x: int
    y: int
    strength: int
    strength_percent: int
    dexterity: int
    constitution: int
    intelligence: int
    wisdom: int
    charisma: int
    score: int
    hp: int
    max_hp: int
    depth: int
    gold: int
    energy: int
    max_energy: int
    ac: int
    monster_level: int
    xl: int
    experience: int
    turn: int
    hunger: int
    burden: int
    dungeon: int
    level: int
    condition: int
    alignment: int


def read_hero(observation: Observation) -> Hero:
    """Read the bottom line's numbers."""
    return Hero(*observation["blstats"].tolist())


ROLES: dict[str, str] = {
    "arc": "Archeologist",
    "bar": "Barbarian",
    "cav": "Caveman",
    "hea": "Healer",
    "kni": "Knight",
    "mon": "Monk",
    "pri": "Priest",
    "ran": "Ranger",
    "rog": "Rogue",
    "sam": "Samurai",
    "tou": "Tourist",
    "val": "Valkyrie",
    "wiz": "Wizard",
}
_FEMALE_ROLES = {"cavewoman": "cav", "priestess": "pri"}
RACES: dict[str, str] = {"hum": "human", "elf": "elven", "dwa": "dwarven", "gno": "gnomish", "orc": "orcish"}
ALIGNMENTS: dict[int, str] = {-1: "cha", 0: "neu", 1: "law"}

_WELCOME = re.compile(
    r"You are an? (?P<align>lawful|neutral|chaotic) (?:(?P<gender>male|female) )?"
    r"(?P<race>human|elven|dwarven|gnomish|orcish) (?P<role>\w+)"
)

_RANKS: dict[str, str] = {
    "arc": "Digger Field Investigator Exhumer Excavator Spelunker Speleologist Collector Curator",
    "bar": "Plunderer Pillager Bandit Brigand Raider Reaver Slayer Chieftain Conqueror",
    "cav": "Troglodyte Aborigine Wanderer Vagrant Wayfarer Roamer Nomad Rover Pioneer",
    "hea": "Rhizotomist Empiric Embalmer Dresser Medicus Magister Physician Chirurgeon",
    "kni": "Gallant Esquire Bachelor Sergeant Knight Banneret Chevalier Seigneur Paladin",
    "mon": "Candidate Novice Initiate Student Master Grand",
    "pri": "Aspirant Acolyte Adept Priest Curate Canon Lama Patriarch High",
    "ran": "Tenderfoot Lookout Trailblazer Reconnoiterer Arbalester Archer Sharpshooter Marksman",
    "rog": "Footpad Cutpurse Rogue Pilferer Robber Burglar Filcher Magsman Thief",
    "sam": "Hatamoto Ronin Ninja Joshu Ryoshu Kokushu Daimyo Kuge Shogun",
    "tou": "Rambler Sightseer Excursionist Peregrinator Traveler Journeyer Voyager Explorer Adventurer",
    "val": "Stripling Skirmisher Fighter Man-at-arms Woman-at-arms Warrior Swashbuckler Hero Champion Lord Lady",
    "wiz": "Evoker Conjurer Thaumaturge Magician Enchanter Sorcerer Necromancer Wizard Mage",
}
_TITLE_WORDS = {word: role for role, words in _RANKS.items() for word in words.split()}
_FEMALE_TITLES = {
    "Plunderess": "bar", "Chieftainess": "bar", "Conqueress": "bar", "Priestess": "pri", "Matriarch": "pri",
    "Informer": "tou", "Heroine": "val", "Sorceress": "wiz", "Enchantress": "wiz", "Canoness": "pri",
}  # fmt: skip
_TITLE_WORDS |= _FEMALE_TITLES


def read_welcome(message: str) -> str | None:
    """Read `role-race-gender-alignment` from the welcome message; None when it is another message.

    The message leaves the gender out where the role's name gives it (`Cavewoman`, `Priestess`,
    `Valkyrie`).
    """
    found = _WELCOME.search(message)
    if found is None:
        return None
    word = found["role"].lower()
    role = _FEMALE_ROLES.get(word, word[:3])
    if role not in ROLES:
        return None
    gender = found["gender"] or ("female" if word in _FEMALE_ROLES or role == "val" else "male")
    race = next(short for short, long in RACES.items() if long == found["race"])
    return f"{role}-{race}-{gender[:3]}-{found['align'][:3]}"


def read_role(observation: Observation) -> str | None:
    """Read the role from the rank title on the terminal's 23rd line; None when it is not shown."""
    line = bytes(observation["tty_chars"][22]).decode("latin-1")
    found = re.match(r"\S+ the (\S+)", line)
    return _TITLE_WORDS.get(found[1]) if found else None
