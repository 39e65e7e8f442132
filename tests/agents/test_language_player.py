"""Language models that play: what is kept equals what is built anew, wrong words are impossible, games stay apart."""

import itertools
import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from yendor.agents import make as making
from yendor.agents.contract import check_agent
from yendor.agents.language_decode_torch import Names
from yendor.agents.language_player_torch import LanguagePlayer, PlayerConfig
from yendor.agents.language_torch import BatchedLanguageAgent, LanguageAgent, load_player
from yendor.agents.policy_torch import BatchedPolicy
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds
from yendor.envs.make import make
from yendor.models.gpt import GPT, GPTConfig
from yendor.nethack import actions as a
from yendor.runtime.checkpoint_torch import save_checkpoint
from yendor.text.actions import ACTION_NAMES
from yendor.text.describe import Describer
from yendor.text.history import Passage, encoding, passage_text, whole
from yendor.text.tokeniser import Tokeniser, train_tokeniser

NAMES = ("go", "go far", "go far away", "stay", "turn left", "turn right")
TOLD = "Walk about."


@pytest.fixture(scope="module")
def tokenisers() -> dict[str, Tokeniser]:
    """With a token for each action, and without."""
    texts = [text for seed in range(4) for text in World(seed).texts(30)] + list(NAMES)
    return {"one": train_tokeniser(texts, 400, actions=NAMES), "many": train_tokeniser(texts, 300, "word", actions=())}


class World:
    """A made-up world: a few lines, of which some change at each step."""

    def __init__(self, seed: int) -> None:
        self.draw = np.random.default_rng(seed)
        self.lines = [f"a thing number {n} near north" for n in range(5)]

    def step(self) -> str:
        for line in self.draw.integers(0, 5, self.draw.integers(0, 3)):
            self.lines[line] = f"a thing number {self.draw.integers(0, 50)} far {self.draw.choice(['east', 'west'])}"
        return "\n".join(self.lines)

    def texts(self, count: int) -> list[str]:
        return [self.step() for _ in range(count)]


def network(tokeniser: Tokeniser, context: int = 400, scale: float = 0.3) -> GPT:
    torch.manual_seed(5)
    model = GPT(GPTConfig(vocabulary=tokeniser.vocabulary, context=context, layers=2, heads=2, width=32)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += scale * torch.randn_like(parameter)
    return model


class Recorded:
    """Plays with a player in one slot, and keeps what its model should have read."""

    def __init__(self, player: LanguagePlayer, slot: int = 0, seed: int = 0) -> None:
        self.player, self.slot = player, slot
        self.seen: list[str] = []
        self.done: list[str] = []
        player.reset(slot, TOLD, seed)

    def step(self, text: str, pressed: str | None = None) -> Any:
        choice = self.player.act([self.slot], [text])[0]
        self.tell(text, pressed or choice.action or "stay")
        return choice

    def tell(self, text: str, pressed: str) -> None:
        self.seen.append(text)
        self.done.append(pressed)
        self.player.observe(self.slot, pressed, text)

    def prompt(self, tokeniser: Tokeniser, how: str, history: int) -> list[int]:
        """The tokens of the last prompt with so many steps of history, by encoding its text whole."""
        seen, done = self.seen[-1 - history :], [*self.done[len(self.done) - 1 - history : -1], "stay"]
        text = passage_text(Passage((0, 0), TOLD, tuple(seen), tuple(done)), encoding(how))
        return tokeniser.encode(text.removesuffix("stay\n<|observation|>"))


@pytest.mark.parametrize("how", ["diff", "diff-marked", "full", "none", "fields"])
@pytest.mark.parametrize("kind", ["one", "many"])
def test_what_was_read_is_the_whole_text(tokenisers: dict[str, Tokeniser], kind: str, how: str) -> None:
    """After each step the tokens that are read bit by bit are those of the text from its anchor, encoded at once."""
    tokeniser = tokenisers[kind]
    player = LanguagePlayer(
        network(tokeniser, 1000), tokeniser, encoding(how), NAMES, PlayerConfig(history_max=9, history_min=2)
    )
    game, draw = Recorded(player), np.random.default_rng(0)
    histories = []
    for text in World(0).texts(30):
        game.step(text, pressed=str(draw.choice(NAMES)) if draw.random() < 0.5 else None)
        histories.append(player.history(0))
        assert player.prompt(0) == game.prompt(tokeniser, how, histories[-1])
    if how == "none":
        assert histories == [0] * 30
    elif how != "full":
        assert histories == [*range(10), *([*range(2, 10)] * 3)[:20]]


@pytest.mark.parametrize("kind", ["one", "many"])
@pytest.mark.parametrize("decoding", ["action", "free"])
def test_memory_changes_no_choice(tokenisers: dict[str, Tokeniser], kind: str, decoding: Any) -> None:
    """With an anchor that stays, the paper's way of building all anew gives the same choices."""
    tokeniser = tokenisers[kind]
    model = network(tokeniser, 1200)
    found = []
    for memory in ("sliding", "paper"):
        config = PlayerConfig(memory=memory, history_max=40, decoding=decoding, max_new=5)  # type: ignore[arg-type]
        game = Recorded(LanguagePlayer(model, tokeniser, encoding("diff"), NAMES, config))
        found.append([game.step(text) for text in World(1).texts(12)])
        assert game.player.tally.steps == 12
        assert game.player.tally.history == sum(range(12))
    for one, other in zip(*found, strict=True):
        assert (one.action, one.words) == (other.action, other.words)
        assert one.log_probability == pytest.approx(other.log_probability, abs=1e-3)


def test_games_stay_apart(tokenisers: dict[str, Tokeniser]) -> None:
    """Many games in one lock-step, beginning and ending at odd times, choose what each alone would."""
    tokeniser = tokenisers["many"]
    model = network(tokeniser)
    config = PlayerConfig(history_max=12, history_min=3, temperature=1.0)

    def player() -> LanguagePlayer:
        return LanguagePlayer(model, tokeniser, encoding("diff"), NAMES, config)

    alone = {seed: [] for seed in range(6)}
    for seed, choices in alone.items():
        game = Recorded(player(), seed=seed)
        choices += [game.step(text).action for text in World(seed).texts(20)]
    together, many = {seed: [] for seed in range(6)}, player()
    texts = {seed: iter(World(seed).texts(20)) for seed in range(6)}
    waiting, playing = list(range(6)), {}
    for step in itertools.count():
        if waiting and step % 3 == 0:
            slot = min(set(range(4)) - set(playing), default=None)
            if slot is not None:
                playing[slot] = waiting.pop(0)
                many.reset(slot, TOLD, playing[slot])
        shown = {slot: next(texts[seed]) for slot, seed in playing.items()}
        order = sorted(shown, key=lambda slot: (slot * 7 + step) % 4)
        for slot, choice in zip(order, many.act(order, [shown[slot] for slot in order]), strict=True):
            together[playing[slot]].append(choice.action)
            many.observe(slot, choice.action)
            if len(together[playing[slot]]) == 20:
                del playing[slot]
        if not waiting and not playing:
            break
    assert together == alone


def test_asked_again_and_told_without_being_asked(tokenisers: dict[str, Tokeniser]) -> None:
    tokeniser, world = tokenisers["many"], World(3).texts(10)
    asked, shadow = (Recorded(LanguagePlayer(network(tokeniser), tokeniser, encoding("diff"), NAMES)) for _ in range(2))
    for text in world[:-1]:
        assert asked.player.act([0], [text]) == asked.player.act([0], [text])
        asked.step(text, pressed="turn left")
        shadow.tell(text, "turn left")
    one, other = (game.player.act([0], [world[-1]])[0] for game in (asked, shadow))
    assert asked.player.prompt(0) == shadow.player.prompt(0)
    assert one.log_probability == pytest.approx(other.log_probability, abs=1e-4)


def test_nothing_done_and_wrong_words(tokenisers: dict[str, Tokeniser]) -> None:
    tokeniser = tokenisers["one"]
    player = LanguagePlayer(
        network(tokeniser),
        tokeniser,
        encoding("diff"),
        NAMES,
        PlayerConfig(decoding="free", temperature=5.0, max_new=4),
    )
    player.reset(0, TOLD, 0)
    text = World(0).step()
    choices = []
    for _ in range(20):
        choices += player.act([0], [text])
        player.observe(0, None)
    wrong = [choice for choice in choices if choice.action is None]
    assert len(wrong) > 10
    assert player.tally.invalid == len(wrong)
    assert all(choice.index == -1 and choice.words.strip() not in NAMES for choice in wrong)
    assert len({choice.words for choice in choices}) > 10  # each try is drawn anew
    assert player.history(0) == 0
    player.act([0], ["the world moved on"])
    assert player.history(0) == 0
    assert player.prompt(0) == tokeniser.encode(f"{TOLD}\n\nthe world moved on\n<|action|>")
    for slot, action, said in ((0, "fly", "none of the player's actions"), (1, "stay", "slot 1 has no game")):
        with pytest.raises(YendorError, match=said):
            player.observe(slot, action)
    player.observe(0, "stay")
    with pytest.raises(YendorError, match="was not asked"):
        player.observe(0, "stay")


def scores(model: GPT, names: Names, tokens: list[int]) -> list[float]:
    """The log probability of each name, token by token among what may follow, by whole forward passes."""
    out = []
    for spelled in names.spelled:
        total = 0.0
        for at, token in enumerate(spelled):
            may = sorted({other[at] for other in names.spelled if other[:at] == spelled[:at] and len(other) > at})
            logits = model.logits(model(torch.tensor([tokens + spelled[:at]])))[0, -1]
            total += float(logits[may].log_softmax(-1)[may.index(token)])
        out.append(total)
    return out


@torch.no_grad()
def test_choices_among_names(tokenisers: dict[str, Tokeniser]) -> None:
    """A wide beam finds the likeliest name, greedy and narrow beams none likelier; draws have the names' shares."""
    tokeniser = tokenisers["many"]
    model, names = network(tokeniser, scale=0.1), Names(tokeniser, NAMES)
    assert max(map(len, names.spelled)) > 3  # several tokens a name

    def player(**how: Any) -> LanguagePlayer:
        return LanguagePlayer(model, tokeniser, encoding("diff"), NAMES, PlayerConfig(**how))

    def choose(by: LanguagePlayer, text: str, seed: int = 0) -> Any:
        by.reset(0, TOLD, seed)
        return by.act([0], [text])[0]

    greedy, narrow, wide, drawing = player(), player(beams=2), player(beams=len(NAMES)), player(temperature=1.0)
    missed = 0
    for text in World(2).texts(8):
        expected = scores(model, names, tokeniser.encode(f"{TOLD}\n\n{text}\n<|action|>"))
        assert math.fsum(math.exp(score) for score in expected) == pytest.approx(1, abs=1e-4)
        best = choose(wide, text)
        assert best.log_probability == pytest.approx(max(expected), abs=1e-4)
        assert NAMES[best.index] == best.action
        first = choose(greedy, text)
        assert first.log_probability == pytest.approx(expected[first.index], abs=1e-4)
        assert choose(narrow, text).log_probability >= first.log_probability - 1e-4
        missed += first.action != best.action
    assert missed, "the beam has found nothing that greedy choice had not"
    expected = scores(model, names, tokeniser.encode(f"{TOLD}\n\n{text}\n<|action|>"))
    drawn = np.bincount([choose(drawing, text, seed).index for seed in range(200)], minlength=len(NAMES)) / 200
    assert np.abs(drawn - np.exp(expected)).max() < 0.12


def test_one_token_names_are_never_decoded(tokenisers: dict[str, Tokeniser]) -> None:
    tally = {}
    for kind in ("one", "many"):
        tokeniser = tokenisers[kind]
        game = Recorded(LanguagePlayer(network(tokeniser), tokeniser, encoding("diff"), NAMES))
        for text in World(0).texts(8):
            game.step(text)
        tally[kind] = game.player.tally
    assert tally["one"].decoded == 0 < tally["many"].decoded
    assert tally["one"].steps == 8


def test_a_context_too_short_for_the_anchor_is_survived(tokenisers: dict[str, Tokeniser]) -> None:
    tokeniser = tokenisers["one"]
    for memory in ("sliding", "paper"):
        config = PlayerConfig(memory=memory, max_new=3)  # type: ignore[arg-type]
        game = Recorded(LanguagePlayer(network(tokeniser, 12), tokeniser, encoding("diff"), NAMES, config))
        for text in World(0).texts(5):
            assert game.step(text).action in NAMES
        assert game.player.tally.clipped == 5


def test_back_tracking_of_the_paper(tokenisers: dict[str, Tokeniser]) -> None:
    """The prompt has the most steps, up to `history_max`, with which it leaves `max_new` tokens free."""
    tokeniser = tokenisers["one"]
    config = PlayerConfig(memory="paper", history_max=8, history_min=0, max_new=40)
    game = Recorded(LanguagePlayer(network(tokeniser, 200), tokeniser, encoding("diff"), NAMES, config))
    limited = 0
    for text in World(4).texts(25):
        game.step(text)
        lengths = [len(game.prompt(tokeniser, "diff", h)) for h in range(min(8, len(game.seen) - 1) + 1)]
        expected = max(h for h, length in enumerate(lengths) if length <= 160)
        limited += expected < len(lengths) - 1
        assert game.player.history(0) == expected
    assert limited


@pytest.mark.parametrize(
    "wrong",
    [
        {"history_min": 9, "history_max": 3}, {"refill": 0.0}, {"temperature": -1.0}, {"beams": 2, "temperature": 1.0},
        {"beams": 2, "decoding": "free"}, {"max_new": 0},
    ],
)  # fmt: skip
def test_refused_settings(wrong: dict[str, Any]) -> None:
    with pytest.raises(YendorError):
        PlayerConfig(**wrong)


def test_refused_names(tokenisers: dict[str, Tokeniser]) -> None:
    with pytest.raises(YendorError, match="the same tokens"):
        Names(tokenisers["many"], ("stay", "stay"))
    with pytest.raises(YendorError, match="no names"):
        Names(tokenisers["many"], ())


def nethack_texts() -> list[str]:
    env = make(seeds=Seeds(5, 6), max_steps=40)
    observation, _ = env.reset()
    texts, describer, draw = [], Describer(), np.random.default_rng(0)
    for _ in range(40):
        texts.append(whole(describer.describe(observation)))
        observation, _, terminated, truncated, _ = env.step(int(draw.integers(0, 8)))
        if terminated or truncated:
            break
    env.close()
    return texts


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with an untrained network for NetHack, as the learner `lm` leaves it."""
    folder = tmp_path_factory.mktemp("runs") / "lm"
    tokeniser = train_tokeniser(nethack_texts(), 500, actions=ACTION_NAMES)
    model = network(tokeniser, 1500)
    play = {
        "task": "nethack", "encoding": "diff", "instruction": TOLD, "actions": list(ACTION_NAMES), "horizon": 8,
        "style": "clean", "tokeniser": tokeniser.fingerprint,
    }  # fmt: skip
    checkpoint = save_checkpoint(folder / "checkpoints", 3, model, "gpt", model.config, play=play)
    tokeniser.save(checkpoint / "tokeniser")
    return folder


def test_agent_contract(run: Path) -> None:
    check_agent(lambda: making.make_agent(str(run)), steps=30)


def test_a_run_plays_many_games(run: Path) -> None:
    agent = making.make_batched_agent(str(run), device="cpu")
    assert isinstance(agent, BatchedLanguageAgent)
    assert making.plays_many(str(run))
    assert agent.name == "gpt lm@3"
    assert agent.player.config.history_max == 7  # as the chunks: 8 actions
    twin, tokeniser = next(iter(a.TWINS)), Tokeniser.load(run / "checkpoints" / "3" / "tokeniser")
    envs = [make(seeds=Seeds(5 + k, 6), max_steps=30) for k in range(3)]
    shown = [env.reset()[0] for env in envs]
    for slot in range(3):
        agent.reset_slot(slot, slot)
    for step in range(12):
        pressed = [decision.action for decision in agent.act_batch(range(3), shown)]
        if step == 5:  # somebody else's keys; of twins the history tells the one that recordings know
            pressed[1] = twin
        agent.observe_batch(range(3), shown, pressed)
        if step == 6:
            spelled = tokeniser.encode(f"\n<|action|>{ACTION_NAMES[a.TWINS[twin]]}\n<|observation|>")
            assert str(spelled)[1:-1] in str(agent.player.prompt(1))
        shown = [env.step(key)[0] for env, key in zip(envs, pressed, strict=True)]
    for env in envs:
        env.close()
    assert agent.player.tally.steps == 36


def test_settings_of_the_agent(run: Path) -> None:
    agent = making.make_agent(f'language:{{"place": "{run}", "history_max": 3, "history_min": 1, "temperature": 0.5}}')
    assert isinstance(agent, LanguageAgent)
    agent = LanguageAgent.batched(f'{{"place": "{run}", "decoding": "free", "temperature": 3.0, "max_new": 4}}', "cpu")
    env = make(seeds=Seeds(5, 6), max_steps=30)
    shown, _ = env.reset()
    agent.reset_slot(0, 1)
    for _ in range(10):
        decision = agent.act_batch([0], [shown])[0]
        if agent.player.tally.invalid:
            break
        agent.observe_batch([0], [shown], [decision.action])
    assert decision.action == a.ESC
    assert decision.explanation.startswith("no action: ")
    agent.observe_batch([0], [shown], [a.ESC])
    agent.act_batch([0], [shown])
    tokeniser = Tokeniser.load(run / "checkpoints" / "3" / "tokeniser")
    assert str(tokeniser.encode("\n<|action|>esc\n<|observation|>"))[1:-1] in str(agent.player.prompt(0))
    env.close()


def damaged(run: Path, to: Path, change: Any) -> Path:
    """A copy of the run's checkpoint with another config.json."""
    shutil.copytree(run / "checkpoints" / "3", to)
    description = json.loads((to / "config.json").read_text())
    change(description)
    (to / "config.json").write_text(json.dumps(description))
    return to


def test_refused_runs(run: Path, tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="trained to play nethack, not babyai"):
        load_player(run, "babyai")
    unsaid = damaged(run, tmp_path / "unsaid", lambda d: d["play"].pop("actions"))
    with pytest.raises(YendorError, match="has no actions"):
        making.make_agent(str(unsaid))
    other = damaged(run, tmp_path / "other", lambda d: d["play"].update(tokeniser="0" * 16))
    with pytest.raises(YendorError, match="another tokeniser"):
        making.make_agent(str(other))
    strange = damaged(run, tmp_path / "strange", lambda d: d["play"]["actions"].append("fly"))
    with pytest.raises(YendorError, match="NetHack lacks"):
        making.make_agent(str(strange))
    for spec, said in (
        ("language:{", "Expecting property name"),
        ('language:{"hist": 3}', "hist"),
        ('language:{"beams": 3}', "no place"),
        (f"language:{tmp_path / 'nowhere'}", "no checkpoint"),
    ):
        with pytest.raises(YendorError, match=said):
            making.make_agent(spec)
    with pytest.raises(YendorError, match="language model"):
        BatchedPolicy(run)
