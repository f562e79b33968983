"""The agent: Thought, Action, Observation, until there is an answer or a limit is met.

The whole conversation is one growing list of token ids with one key-value cache: after a call, only the observation's
ids are computed. What the model generated stays in the list as it was generated; what tools and users say is rendered
by `data.format`, where no text becomes a control token.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from tokenizers import Tokenizer

from agent.calls import Call, CallError
from agent.grammar import call_grammar
from agent.parser import Event, StreamParser, Turn, parse_ids
from agent.tools import Tool, ToolRunner
from data.conversation import Conversation, Message
from data.format import ChatFormat, end_of_turn_id, render_continuation, render_prompt, require_rows
from model import Decoder, KVCache, generate

REPEATS = 3  # the same call so many times in a run ends it


@dataclass
class Step:
    """One assistant turn and what came back: an observation for each call and each error, in their order.

    `text` is the turn as the model wrote it, tags and end included.
    """

    thought: str = ""
    content: str = ""
    calls: list[Call] = field(default_factory=list)
    observations: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    text: str = ""


@dataclass
class Trace:
    """A whole run. `stop_reason`: "answered", or which limit was met.

    "max_steps", "repeated_call", "retry_budget" (too many faulty turns), "empty_turn", "truncated" (an answer cut off
    at max_new_tokens), "token_budget", "context_full" or "interrupted" (Ctrl-C).
    """

    answer: str = ""
    stop_reason: str = ""
    steps: list[Step] = field(default_factory=list)
    question: str = ""

    def to_row(self) -> dict[str, Any]:
        """The run as a JSON object."""
        rows = [
            vars(step) | {"calls": [{"name": call.name, "arguments": call.arguments} for call in step.calls]}
            for step in self.steps
        ]
        return vars(self) | {"steps": rows}

    def to_json(self) -> str:
        """`to_row` as one line of JSON."""
        return json.dumps(self.to_row(), ensure_ascii=False)


class Agent:
    """A model that may call tools. It remembers the conversation from `run` to `run`; `reset` forgets it.

    Args:
        tools: Python functions with type hints and a docstring, or `Tool`s.
        max_steps: Assistant turns in a run.
        system: The system text; by default today's date, as in training.
        max_new_tokens: Of one turn.
        token_budget: Tokens generated in a run, in all.
        retries: Turns of a run that may be faulty; one more ends it.
        timeout: Seconds that a tool may take.
        constrain: Let the tools' grammar rule what stands in a call, where llguidance is installed (extra `demo`).
        seed: Of the sampling, where `temperature` is above 0.
        on_event: Gets an `Event` for every stretch of text, call and error as it comes. Besides the parser's kinds,
            there are "observation", with (tool's name or None, content), and "stop", with the stop reason.

    Raises InputError where the model has no rows for the format's tags.
    """

    def __init__(
        self,
        model: Decoder,
        tokenizer: Tokenizer,
        tools: Iterable[Tool | Callable[..., Any]] = (),
        max_steps: int = 8,
        format: ChatFormat = ChatFormat(),
        system: str | None = None,
        max_new_tokens: int = 512,
        token_budget: int = 4096,
        retries: int = 3,
        temperature: float = 0.0,
        top_p: float = 1.0,
        seed: int | None = None,
        timeout: float = 10.0,
        constrain: bool = True,
        on_event: Callable[[Event], None] | None = None,
    ):
        self.model, self.tokenizer, self.format = model, tokenizer, format
        self.tools = ToolRunner(tools, timeout=timeout)
        self.max_steps, self.max_new_tokens, self.token_budget = max_steps, max_new_tokens, token_budget
        self.retries, self.temperature, self.top_p, self.seed = retries, temperature, top_p, seed
        self.system = f"Today is {date.today():%A, %Y-%m-%d}." if system is None else system
        self.on_event = on_event or (lambda event: None)
        self._end = end_of_turn_id(tokenizer)
        require_rows(tokenizer, format, model.config.vocab_size)
        self._grammar = call_grammar(self.tools.schemas, tokenizer, format) if constrain else None
        self._recorded: Iterator[str] | None = None  # turns that are taken in place of the model's
        self.reset()

    def reset(self) -> None:
        """Forget the conversation."""
        self._ids: list[int] = []  # the conversation so far
        self._cache = KVCache()
        system = [Message("system", self.system)] if self.system else []
        self._pending: list[Message] = system  # messages that are not in the ids yet

    def run(self, question: str) -> Trace:
        """Take the conversation on by a question, to its answer or a limit. Ctrl-C ends the run, with what there is."""
        trace = Trace(question=question)
        self._pending.append(Message("user", question))
        try:
            self._run(trace)
        except KeyboardInterrupt:
            trace.stop_reason = "interrupted"
        self.on_event(Event("stop", trace.stop_reason))
        return trace

    def replay(self, recorded: dict[str, Any]) -> Trace:
        """Run a trace (`Trace.to_row`) again: its turns as they were written, parsed, checked and run by what is here.

        The model is not asked. The trace comes back as it was recorded, unless a tool, a limit or the parser changed.
        """
        self._recorded = iter([step["text"] for step in recorded["steps"]])
        try:
            return self.run(recorded["question"])
        finally:
            self._recorded = None

    def _run(self, trace: Trace) -> None:
        budget, faulty, seen = self.token_budget, 0, Counter[str]()
        while True:
            if len(trace.steps) == self.max_steps or budget <= 0:
                trace.stop_reason = "token_budget" if budget <= 0 else "max_steps"
                return
            self._render_pending()
            room = self.model.config.max_position_embeddings - len(self._ids) - 1  # for the end of the turn
            limits = {"truncated": self.max_new_tokens, "token_budget": budget, "context_full": room}
            limit = min(limits, key=limits.__getitem__)
            if room <= 0:
                trace.stop_reason = limit
                return
            step = Step()
            trace.steps.append(step)
            turn, used, truncated = self._generate(limits[limit], step)
            budget -= used
            if not turn.items:
                trace.answer = turn.content
                trace.stop_reason = limit if truncated else "answered" if turn.content else "empty_turn"
                return
            if truncated and limit != "truncated":  # there is no room to try again
                trace.stop_reason = limit
                return
            faults = sum(self._observe(item, step, seen) for item in turn.items)
            faulty += faults > 0
            if max(seen.values(), default=0) >= REPEATS:
                trace.stop_reason = "repeated_call"
                return
            if faulty > self.retries:
                trace.stop_reason = "retry_budget"
                return

    def _render_pending(self) -> None:
        """Append the messages that wait, and the header of the assistant's next turn."""
        if self._ids:
            self._ids += render_continuation(self._pending, self.tokenizer, self.format)
        else:
            conversation = Conversation(tuple(self._pending), self.tools.schemas)
            self._ids = render_prompt(conversation, self.tokenizer, self.format)
        self._pending = []

    def _generate(self, max_new_tokens: int, step: Step) -> tuple[Turn, int, bool]:
        """One assistant turn; returns it, how many tokens it took, and whether it was cut off.

        It ends at the end-of-turn id, at the model's own <tool_response>, or after its calls: once a call is closed
        the next id is looked at, and if it begins no further call it is dropped. The ids of the conversation get the
        turn and an end-of-turn id, also where Ctrl-C ends it.
        """
        stops = (self._end, *self.model.config.eos_token_ids)
        response = self.tokenizer.token_to_id(self.format.tool_response[0])
        stream = StreamParser(
            self.format, self.tokenizer, lambda event: None if stream.trailing else self.on_event(event)
        )
        made: list[int] = []  # ids as they were generated
        kept = closed = 0  # how many of them the turn keeps; up to the end of the last call
        truncated = True
        try:
            for token in self._next_ids(max_new_tokens, stops):
                made.append(token)
                if token in stops:
                    truncated = False
                    break
                calls = len(stream.items)
                stream.feed_id(token)
                if token != response:
                    kept = len(made)
                if len(stream.items) > calls:
                    closed = kept
                if stream.done or stream.trailing:
                    truncated = False
                    break
        finally:
            new = made[: closed if stream.trailing else kept]
            cut_call = truncated and stream.calling
            stream.close(cut_call)  # for its last events
            turn = parse_ids(new, self.tokenizer, self.format, cut_call)
            self._ids += [*new, self._end]
            step.text = self.tokenizer.decode(made, skip_special_tokens=False)
            step.thought, step.content, step.calls = turn.thought, turn.content, turn.calls
            step.errors = [str(error) for error in turn.errors]
        return turn, len(made), truncated

    def _next_ids(self, max_new_tokens: int, stops: tuple[int, ...]) -> Iterator[int]:
        """The ids of the assistant's turn as they come: from the model, or of a recorded turn."""
        if self._recorded is not None:
            recorded = self.tokenizer.encode(next(self._recorded, ""), add_special_tokens=False)
            return islice(iter(recorded.ids), max_new_tokens)
        return generate(
            self.model,
            self._ids,
            max_new_tokens=max_new_tokens,
            stop_ids=stops,
            temperature=self.temperature,
            top_p=self.top_p,
            seed=self.seed,
            cache=self._cache,
            constraint=self._grammar and self._grammar.matcher(self._ids),
        )

    def _observe(self, item: Call | CallError, step: Step, seen: Counter[str]) -> bool:
        """Append an item's observation: what its call returns, or why it was not run. Whether it was at fault."""
        if isinstance(item, Call):
            name, key = item.name, json.dumps([item.name, item.arguments], sort_keys=True)
            seen[key] += 1
            repeated = f"the same call of {name} was made {REPEATS} times" if seen[key] >= REPEATS else ""
            fault = repeated or self.tools.check(item)
            step.errors += [fault] if fault else []
            content = {"error": fault} if fault else self.tools.run(item)
        else:
            name, fault, content = None, str(item), {"error": str(item)}
        step.observations.append(content)
        self._pending.append(Message("tool", content, name=name))
        self.on_event(Event("observation", (name, content)))
        return bool(fault)
