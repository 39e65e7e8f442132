"""The symbolic player as an agent: belief in, one key out, with label and reason.

Its whole state is the belief and the plan in progress, both plain data: it pickles in mid-game. It
decides from what was observed and from the keys that were really pressed, never from its own answers,
and can therefore shadow another player.
"""

from yendor.belief.belief import Belief
from yendor.bot.state import State
from yendor.bot.strategies.tree import decide
from yendor.core.agent import Decision, Observation
from yendor.core.registry import register
from yendor.nethack import actions as a
from yendor.nethack.prompts import Kind
from yendor.skills.plans import Plan, Step


@register("agent", "bot")
class BotAgent:
    """Yendor's bot. It makes no random choices: equal games are played equally."""

    name = "bot"

    def __init__(self) -> None:
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Forget the last game. The seed is not used."""
        self._belief = Belief()
        self._plan: Plan | None = None
        """The plan in progress: its first step is the next key."""
        self._label = "init"
        self._decision: Decision | None = None
        self._proposal: Plan | None = None

    @property
    def belief(self) -> Belief:
        """What the bot knows now."""
        return self._belief

    def act(self, observation: Observation) -> Decision:
        """Choose a key."""
        if self._decision is None:
            self._belief.update(observation)
            self._proposal, explanation = self._think()
            step = self._proposal.steps[0]
            self._decision = Decision(step.action, self._proposal.label, explanation or self._proposal.explanation)
        return self._decision

    def observe(self, observation: Observation, action: int) -> None:
        """Learn which key was pressed; the plan goes on if it was the expected one."""
        decision = self.act(observation)
        plan = self._proposal
        assert plan is not None
        if action == decision.action:
            rest = plan.steps[1:]
            self._plan = plan._replace(steps=rest) if rest else None
        else:
            self._disagree(plan, action)
        self._label = plan.label
        self._belief.note_key(action)
        self._decision = None

    def _think(self) -> tuple[Plan, str]:
        prompt, plan = self._belief.prompt, self._plan
        if plan is not None and plan.steps and plan.steps[0].when is prompt.kind and self._allowed(plan):
            return plan, ""
        if prompt.kind is not Kind.COMMAND:
            return self._answer(), ""
        return decide(State(self._belief)), ""

    def _allowed(self, plan: Plan) -> bool:
        """A yes is only said to the question it was meant for."""
        if self._belief.prompt.kind is not Kind.YES_NO:
            return True
        return any(words in self._belief.prompt.text for words in plan.yes)

    def _answer(self) -> Plan:
        """Answer a question that no plan foresaw, by its meaning; what is not understood is declined."""
        kind, text, _ = self._belief.prompt
        keep = self._plan.steps if self._plan is not None else ()
        if kind is Kind.MORE:
            return Plan((Step(a.MORE), *keep), self._label, "reading on", yes=self._plan.yes if self._plan else ())
        if kind is Kind.YES_NO:
            if "Pay?" in text or "pay?" in text:
                return Plan((Step(a.index_of("y")),), self._label, "paying what is owed")
            if "Stop eating?" in text:
                return Plan((Step(a.index_of("y")),), self._label, "full: stopping")
            rest = keep if "corpse" in text and keep else ()
            return Plan((Step(a.index_of("n")), *rest), self._label, f"declining: {text[:60]}")
        return Plan((Step(a.ESC),), self._label, f"leaving the question: {text[:60]}")

    def _disagree(self, plan: Plan, action: int) -> None:
        """Another player pressed another key: guess its plan, and learn that ours is not wanted."""
        self._plan = None
        key = a.key_of(action)
        if 48 <= key <= 57:
            count = (Step(a.index_of("0")), Step(a.SEARCH)) if key == 50 else (Step(a.index_of("5")), Step(a.SEARCH))
            self._plan = Plan(count, "wait/rest", "the player typed a count")
        elif plan.goal is not None and self._belief.prompt.kind is Kind.COMMAND:
            level = self._belief.level
            level.visited[plan.goal] = True
            if plan.label.startswith("explore/search"):
                level.searched[plan.goal] += 30
            level.version += 1
