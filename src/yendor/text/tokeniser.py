"""Text to tokens and back: NetHack's own byte-level BPE, or anybody's `tokenizer.json` such as GPT-2's.

The vocabulary matters less than where text may be parted before pairs are merged (the pre-tokeniser): GPT-2's parts
at every word, so that `stairs down very far eastsoutheast` can never cost fewer than six tokens. Ours (`phrase`) parts
at line ends, between sentences and inside numbers only: a whole line that comes often is one token. A line end belongs
to the line that it opens, so no token reaches over one, lines are encoded one by one, and a cache of lines does most of
the work. `--More--` is a token wherever it stands: it decides what keys mean, whatever was said before it.

Special tokens and, if wanted, one token for each action's name stand behind the vocabulary. An action's token is used
where a history names an action, after `<|action|>`, and nowhere else.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from yendor.core.config import write_text
from yendor.core.errors import YendorError
from yendor.text.actions import ACTION_NAMES
from yendor.text.history import ACTION, HUNK, OBSERVATION

END, PAD = "<|end|>", "<|pad|>"
SPECIALS = ("\n" + ACTION, "\n" + OBSERVATION, HUNK, END, PAD)
"""Texts of the special tokens. The marks of a history stand on lines of their own: the line's beginning is theirs."""
_PARTING = "|".join(
    (
        r"\n@@ -[0-9,]+ \+[0-9,]+ @@",  # the head of a hunk stays whole, since a few heads are most of them
        r"\n?[0-9]{1,2}",
        r"--More--",
        r"\n?(?:(?!--More--)[^\n0-9])+?(?:  +|(?=--More--|[0-9\n]|$))",  # up to two spaces: they end a sentence
        r"\n",
    )
)
"""Where `phrase` parts a text."""
Kind = Literal["phrase", "word"]
SHIPPED = "nethack"
VERSION = 1
_CACHED_LINES = 500_000


class Tokeniser:
    """Turns histories into token ids and back.

    Args:
        pieces: A `tokenizers.Tokenizer` for text between special tokens.
        actions: Names that get a token of their own.
        by_line: No token of `pieces` reaches over a line's beginning, so that lines may be encoded one by one.

    Attributes:
        vocabulary: How many ids there are.
        action, observation, hunk, end, pad: Ids of the special tokens.
        actions: The names with a token of their own, in the order of their ids.
    """

    def __init__(self, pieces: Any, actions: Sequence[str] = (), by_line: bool = True) -> None:
        self._pieces, self._by_line = pieces, by_line
        self.base: int = pieces.get_vocab_size()
        self.action, self.observation, self.hunk, self.end, self.pad = range(self.base, self.base + len(SPECIALS))
        self.actions = tuple(actions)
        first = self.base + len(SPECIALS)
        self._action_ids = {name: first + i for i, name in enumerate(self.actions)}
        self.vocabulary = first + len(self.actions)
        self._special_ids = dict(zip(SPECIALS, range(self.base, first), strict=True))
        self._texts = {i: text for text, i in (self._special_ids | self._action_ids).items()}
        self._lines: dict[str, tuple[int, ...]] = {}

    def encode(self, text: str) -> list[int]:
        """Return the tokens of any text; special tokens and named actions are recognised.

        A text cut before a special token gives the same tokens as the whole, up to there.
        """
        ids: list[int] = []
        while text:
            place, special = self._next_special(text)
            name = text[:place]
            if ids and ids[-1] == self.action and name in self._action_ids:
                ids.append(self._action_ids[name])
            else:
                ids += self._between(name)
            if special:
                ids.append(self._special_ids[special])
            text = text[place + len(special) :]
        return ids

    def _next_special(self, text: str) -> tuple[int, str]:
        start = 0
        while (start := text.find("<|", start)) >= 0:
            for special in SPECIALS:
                begin = start - special.startswith("\n")
                if begin >= 0 and text.startswith(special, begin):
                    return begin, special
            start += 2
        return len(text), ""

    def _between(self, text: str) -> Iterable[int]:
        if not self._by_line:
            return self._encode_piece(text) if text else ()
        ids: list[int] = []
        begin = 0
        while begin < len(text):
            end = text.find("\n", begin + 1)
            end = len(text) if end < 0 else end
            ids += self._encode_piece(text[begin:end])
            begin = end
        return ids

    def _encode_piece(self, line: str) -> tuple[int, ...]:
        found = self._lines.get(line)
        if found is None:
            if len(self._lines) >= _CACHED_LINES:
                self._lines.clear()
            found = self._lines[line] = tuple(self._pieces.encode(line, add_special_tokens=False).ids)
        return found

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of tokens; bytes that are no UTF-8 come out as U+FFFD.

        Raises:
            YendorError: An id outside the vocabulary.
        """
        parts: list[str] = []
        plain: list[int] = []
        for i in (*map(int, ids), -1):
            if 0 <= i < self.base:
                plain.append(i)
                continue
            if plain:
                parts.append(self._pieces.decode(plain, skip_special_tokens=False))
                plain = []
            if i >= self.vocabulary:
                raise YendorError(f"token {i} of a vocabulary of {self.vocabulary}", "Use the tokeniser of the data.")
            parts.append(self._texts.get(i, ""))
        return "".join(parts)

    def action_ids(self, names: Sequence[str]) -> list[list[int]]:
        """Return each name's tokens: one, where it has its own."""
        return [
            [self._action_ids[name]] if name in self._action_ids else list(self._between(name)) for name in names
        ]

    @property
    def fingerprint(self) -> str:
        """Return what tells tokenisers apart: equal ones give every text equal tokens."""
        settings = json.dumps([self._pieces.to_str(), self.actions, self._by_line])
        return hashlib.sha256(settings.encode()).hexdigest()[:16]

    def save(self, folder: Path) -> None:
        """Write `tokenizer.json`, as other tools read it, and `tokeniser.json` with what is ours."""
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / "tokenizer.json", self._pieces.to_str())
        settings = {"version": VERSION, "actions": self.actions, "by_line": self._by_line}
        write_text(folder / "tokeniser.json", json.dumps(settings, indent=1) + "\n")

    @classmethod
    def load(cls, place: str | Path, actions: Sequence[str] = ACTION_NAMES) -> "Tokeniser":
        """Load a tokeniser: `nethack` is the one that is shipped, a folder is a saved one, or holds a `tokenizer.json`.

        Any other name is looked up on the Hugging Face hub (`gpt2`).

        Args:
            place: Name or folder.
            actions: Names that get tokens of their own, where the folder does not say; () for none.

        Raises:
            YendorError: There is none, or it is damaged.
        """
        library = _library()
        folder = Path(place)
        if str(place) == SHIPPED:
            return cls(library.Tokenizer.from_str(_shipped()), actions)
        ours = folder / "tokeniser.json"
        try:
            if folder.is_dir():
                pieces = library.Tokenizer.from_file(str(folder / "tokenizer.json"))
                if not ours.exists():
                    return cls(pieces, actions, by_line=False)
                settings = json.loads(ours.read_text())
                if settings["version"] > VERSION:
                    raise YendorError(f"{ours} has version {settings['version']}", "Use a newer Yendor.")
                return cls(pieces, settings["actions"], settings["by_line"])
            return cls(library.Tokenizer.from_pretrained(str(place)), actions, by_line=False)
        except YendorError:
            raise
        except Exception as error:  # the library raises bare exceptions
            raise YendorError(
                f"cannot load tokeniser {str(place)!r}: {str(error).splitlines()[0] if str(error) else error!r}",
                f"Give {SHIPPED!r}, or a folder with a tokenizer.json.",
            ) from error


def _library() -> Any:
    try:
        import tokenizers
    except ImportError as error:
        raise YendorError("tokens need the package tokenizers", 'pip install "yendor[learn]"') from error
    return tokenizers


@cache
def _shipped() -> str:
    return (files("yendor.text") / "tables" / "nethack-bpe.json").read_text(encoding="utf-8")


def train_tokeniser(
    texts: Iterable[str], size: int, kind: Kind = "phrase", actions: Sequence[str] = ACTION_NAMES
) -> Tokeniser:
    """Learn a vocabulary by byte-pair merges (Sennrich et al. 2016, on bytes as GPT-2).

    Args:
        texts: What to learn from. Text between special tokens counts; named actions too.
        size: Largest vocabulary, special tokens and actions apart; fewer come of few texts.
        kind: `phrase` parts at line ends, between sentences and inside numbers, `word` as GPT-2 does.
        actions: Names that get tokens of their own.

    Raises:
        YendorError: A size that cannot hold the 256 bytes.
    """
    if size < 256:
        raise YendorError(f"a vocabulary of {size}", "256 bytes must fit; 8192 is usual.")
    library = _library()
    pieces = library.Tokenizer(library.models.BPE())
    byte_level = library.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=kind == "word")
    if kind == "phrase":
        split = library.pre_tokenizers.Split(library.Regex(_PARTING), "isolated")
        pieces.pre_tokenizer = library.pre_tokenizers.Sequence([split, byte_level])
    else:
        pieces.pre_tokenizer = byte_level
    pieces.decoder = library.decoders.ByteLevel()
    trainer = library.trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, show_progress=False,
        initial_alphabet=library.pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    pieces.train_from_iterator(chain(_plain(texts), _NUMBERS * _OFTEN), trainer)
    return Tokeniser(pieces, actions, by_line=kind == "phrase")


_NUMBERS, _OFTEN = [f"{n:02d}" for n in range(100)], 200
"""Each pair of digits comes often enough to be a token, whatever numbers the texts have."""


def _plain(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        for special in SPECIALS:
            text = text.replace(special, "\0")
        yield from (part for part in text.split("\0") if part)
