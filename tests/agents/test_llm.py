"""A language model at the keyboard: what it is asked, what its answers mean, and what a failing service does."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yendor.agents.contract import check_agent
from yendor.agents.llm import LLMAgent
from yendor.agents.llm_options import LLMOptions, to_spec
from yendor.agents.llm_prompt import CLOSE, NOW, OPEN, read_action
from yendor.agents.llm_stand_in import FAULTS, StandIn, mixed, read_shares
from yendor.agents.make import make_agent
from yendor.cli.main import main
from yendor.core.errors import YendorError
from yendor.core.seeds import Seeds
from yendor.envs.make import make
from yendor.evaluation.game import play_game
from yendor.evaluation.results import read_results
from yendor.evaluation.runner import evaluate
from yendor.nethack import actions as a
from yendor.text.actions import ACTION_NAMES, action_index
from yendor.text.describe import Describer
from yendor.text.history import OBSERVATION, encoding, whole

KEY = "sk-very-secret-123"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("YENDOR_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def serve() -> Iterator[Callable[..., StandIn]]:
    servers: list[StandIn] = []

    def start(**settings: Any) -> StandIn:
        servers.append(StandIn(**{"hang_s": 5.0, **settings}).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__(None, None, None)


def options(server: StandIn, **settings: Any) -> LLMOptions:
    quick = {"timeout": 0.5, "first_wait": 0.001, "longest_wait": 0.01}
    return LLMOptions(**{"endpoint": server.endpoint, "model": "walker", **quick, **settings})


def play(agent: LLMAgent, steps: int, seeds: Seeds = Seeds(1023, 2023)) -> dict[str, Any]:  # noqa: B008
    env = make(seeds=seeds, max_steps=steps)
    try:
        return play_game(env, agent, seeds)
    finally:
        env.close()


def counted(line: dict[str, Any], *names: str) -> tuple[int, ...]:
    return tuple(line["agent_counts"][name] for name in names)


def test_contract(serve: Callable[..., StandIn]) -> None:
    server = serve()
    check_agent(lambda: LLMAgent(options(server)), steps=30)


# ---- what the model is asked ----


def told_observations(messages: list[dict[str, str]], name: str = "diff") -> list[str]:
    """Restore every observation that the messages tell, the present included."""
    how = encoding(name)
    updates = [m["content"].removeprefix(OBSERVATION + "\n").split(f"\n{NOW}\n")[0] for m in messages[1::2]]
    found = updates[:1]
    for update in updates[1:]:
        found.append(how.restore(found[-1], update))
    return found


@pytest.mark.parametrize(
    ("name", "history"), [("diff", 3), ("diff-marked", 1), ("fields", 2), ("full", 2), ("diff", 0)]
)
def test_anchor_and_updates_restore_to_what_was_seen(serve: Callable[..., StandIn], name: str, history: int) -> None:
    server = serve(keep=True)
    agent = LLMAgent(options(server, history=history, encoding=name, auto_more=False))
    env = make(seeds=Seeds(1, 1), max_steps=40)
    observation, _ = env.reset()
    agent.reset(3)
    describer, seen, pressed, anchors = Describer(), [], [], []
    for _ in range(25):
        seen.append(whole(describer.describe(observation)))
        action = agent.act(observation).action
        messages = server.bodies[-1]["messages"]
        told = told_observations(messages, name)
        assert told == seen[-len(told) :]
        if len(seen) > 2 * history:
            assert history < len(told) <= 2 * history or history == 0
        names = [m["content"].removeprefix(OPEN).removesuffix(CLOSE) for m in messages[2::2]]
        assert names == pressed[len(pressed) - len(names) :]
        assert [m["role"] for m in messages] == ["system", "user"] + ["assistant", "user"] * (len(told) - 1)
        anchors.append(told[0])
        other = (action + 1) % 8  # a key that another pressed stands in the history
        agent.observe(observation, other)
        pressed.append(ACTION_NAMES[other])
        observation, *_ = env.step(other)
    env.close()
    if history > 1:
        assert len(set(anchors)) < len(anchors) / 2  # the anchor stays, so that services remember the beginning


def test_most_requests_begin_as_the_last_one_did(serve: Callable[..., StandIn]) -> None:
    server = serve(keep=True)
    play(LLMAgent(options(server, history=8)), 60)
    texts = [[m["content"] for m in body["messages"]] for body in server.bodies]
    kept = sum(now[: len(before) - 1] == before[:-1] for before, now in pairwise(texts))
    assert kept >= 0.8 * len(texts)


@pytest.mark.parametrize(
    ("show", "has", "lacks"),
    [("text+map", ["map[", "statistics["], []), ("text", ["statistics["], ["map["]), ("none", [], ["map[", NOW]),
     ("map", ["screen[", "Dlvl:1", "The cursor is in row"], ["statistics["])],
)  # fmt: skip
def test_the_present(serve: Callable[..., StandIn], show: str, has: list[str], lacks: list[str]) -> None:
    server = serve(keep=True)
    play(LLMAgent(options(server, show=show)), 12)
    last = server.bodies[-1]["messages"][-1]["content"]
    present = last.split(f"\n{NOW}\n")[-1] if NOW in last else last
    assert all(word in present for word in has)
    assert not any(word in present for word in lacks)


def test_the_task_names_all_actions(serve: Callable[..., StandIn]) -> None:
    server = serve(keep=True)
    play(LLMAgent(options(server, request='{"seed": null, "top_p": 0.5}', temperature=0.0, max_tokens=77)), 2)
    body = server.bodies[0]
    task = body["messages"][0]["content"].splitlines()
    assert all(any(line.startswith(f"{name} (") for line in task) for name in ACTION_NAMES)
    assert {k: v for k, v in body.items() if k != "messages"} == {
        "model": "walker", "max_tokens": 77, "temperature": 0.0, "top_p": 0.5,
    }  # fmt: skip


def test_an_invalid_answer_costs_esc_and_is_told(serve: Callable[..., StandIn], tmp_path: Path) -> None:
    server = serve(keep=True, faults=["", "nonsense", "empty", ""])
    line = play(LLMAgent(options(server, journal=tmp_path)), 5)
    assert line["ended"] == "max_steps"
    assert counted(line, "requests", "answers", "invalid_answers", "retries") == (5, 5, 2, 0)
    lasts = [body["messages"][-1]["content"] for body in server.bodies]
    assert ["Your last answer" in last for last in lasts] == [False, False, True, True, False]
    assert "I would rather sing a song." in lasts[2]
    assert server.bodies[2]["messages"][-2]["content"] == f"{OPEN}esc{CLOSE}"


# ---- what answers mean ----


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("north", "north"), (" North.\n", "north"), ("<|ACTION|>far east<|END|>", "far east"),
        ("<|ACTION|>a<|END|>", "apply"), ("<|ACTION|> D <|END|>", "droptype"), ("<|ACTION|>esc", "esc"),
        ("I see <|ACTION|>north<|END|>, no: <|action|>south<|end|>", "south"), ("^d", "kick"), ("M-p", "pray"),
        ("y", "northwest"), (".", "wait"), ("'", "apos"), ("far_east", "far east"), ("`search`", "search"),
        ("The newt is near.\nAction: fight", "fight"), ("The newt is near.\n\n**far west**", "far west"),
        ("I think that 'eat' is wrong and choose \"pray\" now.", "pray"), ("so my next action is: **kick**.", "kick"),
        ("<think>north? <|ACTION|>north<|END|></think>\nsouth", "south"), ("z", "zap"), ("minus", "minus"),
        ("", None), ("I would rather sing a song.", None), ("<|ACTION|>dance<|END|> north", None),
        ("<think>north", None), ("go north", None), ("don't know, can't tell", None),
    ],
)  # fmt: skip
def test_answers(answer: str, name: str | None) -> None:
    found = read_action(answer)
    assert (None if found is None else ACTION_NAMES[found]) == name


def test_every_name_and_every_key_is_understood() -> None:
    for index, name in enumerate(ACTION_NAMES):
        assert read_action(name) == read_action(f"{OPEN}{name}{CLOSE}") == index
    for key in range(33, 127):
        found = read_action(f"{OPEN}{chr(key)}{CLOSE}")
        assert (found is not None) == a.has_key(key)
        assert found is None or a.KEYS[found] == key


# ---- what happens when the service fails ----


@pytest.mark.parametrize("fault", [f for f, kind in FAULTS.items() if kind not in ("refused", "invalid_answers")])
def test_what_passes_is_tried_again_and_changes_nothing(serve: Callable[..., StandIn], fault: str) -> None:
    calm = play(LLMAgent(options(serve())), 12)
    server = serve(faults=["", fault, "", "", fault, fault])
    line = play(LLMAgent(options(server)), 12)
    assert server.expected() == {FAULTS[fault]: 3}
    assert counted(line, FAULTS[fault], "retries", "invalid_answers") == (3, 3, 0)
    assert line["agent_counts"]["requests"] == line["agent_counts"]["answers"] + 3
    same = ("score", "steps", "turns", "depth", "ended")
    assert [line[name] for name in same] == [calm[name] for name in same]


def test_patience_ends(serve: Callable[..., StandIn], tmp_path: Path) -> None:
    server = serve(faults=["", "", "drop", "broken", "malformed", ""])
    line = play(LLMAgent(options(server, retries=2, journal=tmp_path)), 12)
    assert (line["ended"], line["steps"]) == ("crash", 2)
    for words in ("did not answer 3 times", "1 lost connection(s), 1 server error(s), 1 malformed", server.endpoint):
        assert words in line["crash"]
    assert counted(line, "requests", "answers", "retries", "dropped", "server_errors") == (5, 2, 2, 1, 1)
    told = [json.loads(text) for text in next(tmp_path.iterdir()).read_text().splitlines()]
    assert [entry.get("failed") for entry in told[1:]] == [None, None, "dropped", "server_errors", "malformed"]


def test_a_service_that_is_not_there() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{reserved.getsockname()[1]}/v1"
        line = play(LLMAgent(LLMOptions(endpoint=address, model="m", retries=1, first_wait=0.001)), 5)
    assert (line["ended"], line["steps"]) == ("crash", 0)
    assert "Connection refused" in line["crash"]


@pytest.mark.parametrize(
    ("endpoint", "faults", "words"),
    [("/v1", ["refuse"], ["HTTP 401", "YENDOR_API_KEY"]), ("/v2", [], ["HTTP 404", "--endpoint"])],
)
def test_what_does_not_pass_is_told_at_once_without_the_key(
    serve: Callable[..., StandIn], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    endpoint: str, faults: list[str], words: list[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("YENDOR_API_KEY", KEY + "\n")
    server = serve(faults=faults, keep=True)
    settings = options(server, endpoint=server.endpoint.replace("/v1", endpoint), journal=tmp_path)
    agent = LLMAgent(settings)
    line = play(agent, 5)
    assert all(word in line["crash"] for word in words)
    assert counted(line, "requests", "retries", "refused") == (1, 0, 1)
    assert server.keys == [f"Bearer {KEY}"]
    kept = [json.dumps(line), to_spec(settings), repr(vars(agent)), *(f.read_text() for f in tmp_path.iterdir())]
    assert not any(KEY in text for text in kept)


def test_without_a_key_the_hint_says_where_to_put_one(serve: Callable[..., StandIn]) -> None:
    server = serve(faults=["refuse"], keep=True)
    line = play(LLMAgent(options(server)), 5)
    assert "No key was sent: set YENDOR_API_KEY" in line["crash"]
    assert server.keys == [None]


def test_a_redirect_is_not_followed(serve: Callable[..., StandIn], monkeypatch: pytest.MonkeyPatch) -> None:
    import http.server
    import threading

    class Away(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", f"{target.endpoint}/chat/completions")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    monkeypatch.setenv("YENDOR_API_KEY", KEY)
    target = serve(keep=True)
    away = http.server.HTTPServer(("127.0.0.1", 0), Away)
    threading.Thread(target=away.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    line = play(LLMAgent(options(target, endpoint=f"http://127.0.0.1:{away.server_port}/v1")), 3)
    away.shutdown()
    away.server_close()
    assert "HTTP 307" in line["crash"]
    assert target.endpoint in line["crash"]
    assert target.keys == []


@pytest.mark.parametrize(("asked", "least", "most"), [("0.2", 0.2, 0.35), ("7", 0.3, 0.45), ("soon", 0.0, 0.1)])
def test_retry_after_is_kept_within_bounds(
    serve: Callable[..., StandIn], asked: str, least: float, most: float
) -> None:
    server = serve(faults=["busy"], retry_after=asked)
    line = play(LLMAgent(options(server, longest_wait=0.3)), 2)
    assert least <= line["agent_counts"]["seconds_waited"] <= most
    assert counted(line, "rate_limited", "answers") == (1, 2)


# ---- what it costs ----


def test_tokens_and_cost(serve: Callable[..., StandIn]) -> None:
    server = serve(keep=True)
    line = play(LLMAgent(options(server, price_in=2.0, price_out=10.0)), 6)
    counts = line["agent_counts"]
    told = [sum(len(m["content"]) for m in body["messages"]) // 4 for body in server.bodies]
    assert counts["prompt_tokens"] == sum(told)
    assert counts["cost"] == pytest.approx((2 * sum(told) + 10 * counts["completion_tokens"]) / 1e6, abs=1e-6)
    assert counts["estimated_answers"] == 0


@pytest.mark.parametrize(
    ("usage", "prompt", "cached", "estimated"),
    [
        ({"prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 80}}, 100, 80, 0),
        ({"prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details": None}, 100, 0, 0),
        (None, None, 0, 1),
        ({"prompt_tokens": "many"}, None, 0, 1),
    ],
)
def test_usage_as_services_tell_it(
    serve: Callable[..., StandIn], monkeypatch: pytest.MonkeyPatch, usage: Any, prompt: int | None, cached: int,
    estimated: int,
) -> None:  # fmt: skip
    from yendor.agents import llm_stand_in

    whole_answer = llm_stand_in._completion
    monkeypatch.setattr(llm_stand_in, "_completion", lambda body, text: {**whole_answer(body, text), "usage": usage})
    server = serve(keep=True)
    counts = play(LLMAgent(options(server, price_in=1.0, price_cached=0.5, price_out=0.0)), 1)["agent_counts"]
    if prompt is None:
        prompt = (sum(len(m["content"]) for m in server.bodies[0]["messages"]) + 3) // 4
    assert (counts["prompt_tokens"], counts["cached_tokens"], counts["estimated_answers"]) == (
        prompt,
        cached,
        estimated,
    )
    assert counts["cost"] == pytest.approx((prompt - cached + 0.5 * cached) / 1e6, abs=1e-6)


@pytest.mark.parametrize(
    ("budget", "words", "steps"),
    [
        ({"max_requests": 4}, "4 of 4 requests", 3),
        ({"max_cost": 1.0, "price_in": 1e3, "price_out": 0.0}, "of 1 for", None),
    ],
)
def test_a_spent_budget_ends_the_game_and_keeps_it(
    serve: Callable[..., StandIn], budget: dict[str, float], words: str, steps: int | None
) -> None:
    server = serve(faults=["drop"])
    line = play(LLMAgent(options(server, **budget)), 30)
    assert line["ended"] == "crash"
    assert words in line["crash"]
    assert 0 < line["steps"] < 30
    assert steps in (None, line["steps"])
    assert line["agent_counts"]["answers"] == line["steps"]


def test_parts_of_an_answer_are_joined(serve: Callable[..., StandIn], monkeypatch: pytest.MonkeyPatch) -> None:
    from yendor.agents import llm_stand_in

    whole_answer = llm_stand_in._completion

    def in_parts(body: dict[str, Any], text: Any) -> dict[str, Any]:
        parts = [{"type": "reasoning", "reasoning": "north"}, {"type": "text", "text": text}]
        return whole_answer(body, "") | {"choices": [{"message": {"content": parts}, "finish_reason": "stop"}]}

    monkeypatch.setattr(llm_stand_in, "_completion", in_parts)
    line = play(LLMAgent(options(serve())), 3)
    assert counted(line, "answers", "invalid_answers") == (3, 0)


# ---- a whole game ----


def test_a_game_to_its_end_with_every_fault_loses_nothing_and_counts_all(
    serve: Callable[..., StandIn], tmp_path: Path
) -> None:
    kinds = [fault for fault in FAULTS if fault != "refuse"]
    server = serve(faults=[fault for kind in 2 * kinds for fault in ("", "", kind)])
    seeds = Seeds(1017, 2017)
    settings = options(server, journal=tmp_path / "journal", retries=8)
    summary = evaluate(to_spec(settings), [seeds], tmp_path / "out", workers=0, quiet=True)
    (line,) = read_results(tmp_path / "out")
    counts = line["agent_counts"]
    assert (line["ended"], summary["ends"]) == ("death", {"death": 1})
    assert line["steps"] > 60  # so that all faults have come
    assert server.injected == dict.fromkeys(kinds, 2)
    assert {name: counts[name] for name in server.expected()} == server.expected()
    assert counts["answers"] == server.answered == line["steps"] - counts["auto_more"]
    assert counts["requests"] == counts["answers"] + counts["retries"]
    assert summary["agent_counts"]["requests"] == counts["requests"]
    # the journal has every request, and with the steps' own keys the game is played again
    told = [json.loads(text) for text in (tmp_path / "journal" / f"game-{seeds.core}.jsonl").read_text().splitlines()]
    assert told[0]["model"] == "walker"
    assert len(told) - 1 == counts["requests"]
    assert sum("failed" in entry for entry in told) == counts["retries"]
    answered = {entry["step"]: entry["action"] for entry in told[1:] if "answer" in entry}
    env = make(seeds=seeds, max_steps=line["steps"] + 1)
    env.reset()
    for step in range(line["steps"]):
        name = answered.get(step, "more") or "esc"
        index = action_index(name)
        assert index is not None
        assert env.end_reason() is None
        env.step(index)
    assert env.end_reason() == "death"
    env.close()


def test_a_killed_game_leaves_its_journal(serve: Callable[..., StandIn], tmp_path: Path) -> None:
    server = serve(faults=["", "", "drop", "", *["timeout"] * 9])
    journal = tmp_path / "game-7.jsonl"
    code = (
        "import sys; from yendor.agents.llm import LLMAgent; from yendor.envs.make import make\n"
        "agent, env = LLMAgent(sys.argv[1]), make(seeds=(7, 7)); observation, _ = env.reset(); agent.reset(7)\n"
        "while True:\n"
        "    action = agent.act(observation).action; agent.observe(observation, action)\n"
        "    observation, *_ = env.step(action)\n"
    )
    settings = to_spec(options(server, journal=tmp_path, timeout=60.0)).removeprefix("llm:")
    process = subprocess.Popen([sys.executable, "-c", code, settings], cwd=tmp_path)
    while server.injected["timeout"] < 1:  # it waits for an answer that will not come
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    told = [json.loads(text) for text in journal.read_text().splitlines()]
    assert [entry.get("failed", entry.get("action") is not None) for entry in told[1:]] == [True, True, "dropped", True]
    assert [entry["step"] for entry in told[1:]] == [0, 1, 2, 2]


def test_a_journal_that_cannot_be_written_is_told(serve: Callable[..., StandIn], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    line = play(LLMAgent(options(serve(), journal=tmp_path / "taken")), 3)
    assert "cannot write the journal" in line["crash"]


# ---- the command line ----


def test_the_command_plays_and_tells_the_costs(
    serve: Callable[..., StandIn], capsys: pytest.CaptureFixture[str]
) -> None:
    server = serve(faults=["", "drop", "malformed", "nonsense"])
    words = ["play", "--agent", "llm", "--endpoint", server.endpoint, "--model", "walker", "--seeds", "1:1", "--plain"]
    assert main([*words, "--max-steps", "10", "--speed", "0", "--first-wait", "0.001"]) == 0
    out = capsys.readouterr().out
    assert "max_steps after 10 steps" in out
    for count in ("requests 12", "retries 2", "dropped 1", "malformed 1", "invalid answers 1", "prompt tokens"):
        assert count in out
    assert main([*words, "--max-requests", "3", "--speed", "0"]) == 2
    told = capsys.readouterr()
    assert "3 of 3 requests" in told.err
    assert "requests 3" in told.out


def test_the_command_judges(serve: Callable[..., StandIn], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = serve()
    words = ["eval", "--agent", "llm", "--endpoint", server.endpoint, "--model", "walker", "--seeds", "dev:2"]
    words += ["--max-steps", "8", "--workers", "0", "--out", str(tmp_path / "out"), "--reason"]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "progression [95 %]" in out
    assert "requests 16" in out
    assert "llm walker · 2 games" in out
    assert [game["agent_counts"]["requests"] for game in read_results(tmp_path / "out")] == [8, 8]
    refusing = serve(faults=["refuse"] * 2)
    words[words.index(server.endpoint)], words[words.index(str(tmp_path / "out"))] = (
        refusing.endpoint,
        str(tmp_path / "b"),
    )
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "ends: 2 crash" in out
    assert "crashed in 2 games" in out
    assert "No key was sent: set YENDOR_API_KEY" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--agent", "llm"], "without --endpoint"),
        (["--agent", "llm", "--endpoint", "http://localhost:1/v1"], "without --model"),
        (["--agent", "llm", "--endpoint", "localhost:8000", "--model", "m"], "is no http URL"),
        (["--agent", "llm", "--endpoint", "http://u:p@localhost/v1", "--model", "m"], "YENDOR_API_KEY"),
        (["--agent", "llm", "--endpoint", "http://h/v1?api_key=x", "--model", "m"], "YENDOR_API_KEY"),
        (["--agent", "llm", "--endpoint", "http://h/v1", "--model", "m", "--max-cost", "1"], "without prices"),
        (["--agent", "llm", "--endpoint", "http://h/v1", "--model", "m", "--request", "[1]"], "not a JSON object"),
        (["--agent", "llm", "--endpoint", "http://h/v1", "--model", "m", "--timeout", "0"], "--timeout 0"),
        (["--agent", "llm", "--endpoint", "http://h/v1", "--model", "m", "--timeout", "inf"], "--timeout inf"),
        (["--agent", "llm", "--endpoint", "http://h/v1", "--model", "m", "--encoding", "dif"], "Did you mean 'diff'"),
        (["--agent", "llm", "--endpoint", "http://h/v1", "--model", "m", "--until", "death-9"], "plays twice"),
        (["--agent", "bot", "--model", "m"], "settings of the agent llm"),
    ],
)
def test_mistakes(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", *words]) == 2
    assert said in capsys.readouterr().err


def test_settings_travel_as_one_word_or_a_file(tmp_path: Path) -> None:
    settings = LLMOptions(endpoint="http://h/v1", model="a/b", temperature=0.5, journal=tmp_path, history=3)
    spec = to_spec(settings)
    agent = make_agent(spec)
    assert isinstance(agent, LLMAgent)
    assert agent.options == settings
    (tmp_path / "llm.toml").write_text('endpoint = "http://h/v1"\nmodel = "m"\nhistory = 5\n')
    other = make_agent(f"llm:{tmp_path / 'llm.toml'}")
    assert isinstance(other, LLMAgent)
    assert other.options.history == 5
    with pytest.raises(YendorError, match="unknown setting 'modell'"):
        make_agent('llm:{"modell": "m"}')
    with pytest.raises(YendorError, match="is not JSON"):
        make_agent("llm:{endpoint")
    with pytest.raises(YendorError, match="without --endpoint"):
        make_agent("llm")


@pytest.mark.parametrize(("text", "said"), [("tiemout=0.1", "Did you mean 'timeout'"), ("drop=2", "0 to 1")])
def test_faults_of_the_stand_in_are_checked(text: str, said: str) -> None:
    with pytest.raises(YendorError, match=said):
        mixed(read_shares(text))
    with pytest.raises(YendorError, match="malformed faults"):
        read_shares("drop")


def test_shares_of_faults_are_what_was_asked() -> None:
    drawn = mixed({"drop": 0.25, "busy": 0.5}, seed=3)
    found = [next(drawn) for _ in range(2000)]
    shares = np.array([found.count(name) for name in ("drop", "busy", "")]) / 2000
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.04)
