"""Recorded runs, fed through the loop again with the real tools.

Two were recorded from a tuned SmolLM2 (`python infer.py --adapter outputs --json "…" >> recorded_traces.jsonl`), one
from turns written for it: parallel calls, faulty ones, a forged result. A change of a tool's answers, of the parser or
of the limits shows here; where it is wanted, record the line again.
"""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from agent import Agent
from tests.agent.misbehaving import f
from tests.agent.scripted import ScriptedModel
from toolbox import TOOLS

RECORDED = [json.loads(line) for line in Path(__file__).with_name("recorded_traces.jsonl").read_text().splitlines()]


def replaying(tokenizer, tools=TOOLS, **options) -> Agent:
    """An agent whose model cannot be asked."""
    config = SimpleNamespace(max_position_embeddings=8192, eos_token_ids=(), vocab_size=2**20)
    return Agent(SimpleNamespace(config=config), tokenizer, tools, constrain=False, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: recorded["question"])
def test_a_recorded_run_comes_back_as_it_was(tiny_tokenizer, recorded):
    assert json.loads(replaying(tiny_tokenizer).replay(recorded).to_json()) == recorded


def test_the_recorded_runs_hold_what_can_happen():
    steps = [step for recorded in RECORDED for step in recorded["steps"]]
    assert {recorded["stop_reason"] for recorded in RECORDED} == {"answered", "repeated_call"}
    assert max(len(step["calls"]) for step in steps) > 1
    assert any(step["errors"] for step in steps)
    assert any("error" not in observation for step in steps for observation in map(json.dumps, step["observations"]))


def test_another_tool_or_limit_shows(tiny_tokenizer):
    def days_between(start_date: str, end_date: str) -> int:
        """Count wrongly."""
        return 60

    (recorded,) = (recorded for recorded in RECORDED if "59 days" in recorded["answer"])
    other = replaying(tiny_tokenizer, [days_between]).replay(recorded)
    assert [step.observations for step in other.steps] == [[60], []]
    assert replaying(tiny_tokenizer, max_steps=1).replay(recorded).stop_reason == "max_steps"
    short = recorded | {"steps": recorded["steps"][:1]}
    assert replaying(tiny_tokenizer).replay(short).stop_reason == "truncated"


def test_what_a_model_wrote_is_recorded_and_an_agent_goes_on_after_a_replay(tiny_tokenizer):
    turns = ['<think>x</think><tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call> and<|im_end|>', "2<|im_end|>"]
    agent = Agent(ScriptedModel(tiny_tokenizer, [*turns, "5<|im_end|>"]), tiny_tokenizer, [f], constrain=False)
    trace = agent.run("1 + 1?")
    first, second = (step.text for step in trace.steps)
    assert turns[0].startswith(first)
    assert first.rpartition("</tool_call>")[2].strip()  # it was stopped after that
    assert second == turns[1]
    ids = list(agent._ids)
    agent.reset()
    assert agent.replay(json.loads(trace.to_json())) == trace
    assert agent._ids == ids
    assert agent.run("More").answer == "5"
