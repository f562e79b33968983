"""The loop: what it generates, runs, appends and reuses, and when it stops."""

import json
from datetime import date

import pytest
import torch

from agent import Agent, Event
from data import ChatFormat, Conversation, Message, ToolCall, render_prompt
from data.format import render_continuation
from errors import InputError
from model import generate, load_model
from tests.agent.misbehaving import f, raises
from tests.agent.scripted import ScriptedModel
from toolbox import tool

END = "<|im_end|>"


def call(name: str = "f", **arguments) -> str:
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


def agent_of(tokenizer, turns, tools=(f,), **options) -> Agent:
    format = options.get("format", ChatFormat())
    return Agent(ScriptedModel(tokenizer, turns, format), tokenizer, tools, constrain=False, **options)


def test_a_model_without_rows_for_the_tags_is_refused(tiny_llama_folder, tiny_tokenizer):
    with pytest.raises(InputError, match="no embedding for the format's tags"):
        Agent(load_model(tiny_llama_folder), tiny_tokenizer)


@pytest.mark.parametrize("format", [ChatFormat(), ChatFormat(special_tokens=False)], ids=["tokens", "text"])
def test_the_ids_are_those_of_the_rendered_conversation_and_none_is_computed_twice(tiny_tokenizer, format):
    turns = [
        f"<think>Two calls.</think>{call(a=1)}{call(a=2)}{END}",
        f"<think>One more.</think>{call(a=3)}{END}",
        f"They are 2, 3 and 4.{END}",
        f"<think>No call.</think>You are welcome.{END}",
    ]
    agent = agent_of(tiny_tokenizer, turns, format=format, system="Be brief.")
    first, second = agent.run("Add one to 1, 2 and 3."), agent.run("Thanks!")
    assert [trace.stop_reason for trace in (first, second)] == ["answered", "answered"]
    assert [step.observations for step in first.steps] == [[2, 3], [4], []]

    def asked(*numbers):
        return tuple(ToolCall("f", {"a": number}) for number in numbers)

    messages = (
        Message("system", "Be brief."),
        Message("user", "Add one to 1, 2 and 3."),
        Message("assistant", thought="Two calls.", calls=asked(1, 2)),
        Message("tool", 2, name="f"),
        Message("tool", 3, name="f"),
        Message("assistant", thought="One more.", calls=asked(3)),
        Message("tool", 4, name="f"),
        Message("assistant", "They are 2, 3 and 4."),
        Message("user", "Thanks!"),
        Message("assistant", "You are welcome.", thought="No call."),
        Message("user", "Bye"),
    )
    expected = render_prompt(Conversation(messages, (tool(f).schema(),)), tiny_tokenizer, format)
    bye = render_continuation([Message("user", "Bye")], tiny_tokenizer, format)
    if format.special_tokens:  # as text, the model's pieces may be cut otherwise
        assert agent._ids + bye == expected
    assert tiny_tokenizer.decode(agent._ids + bye, False) == tiny_tokenizer.decode(expected, False)
    assert sum(agent.model.computed) == len(agent._cache.ids)
    assert agent._cache.ids == agent._ids[: len(agent._cache.ids)]


def test_generation_stops_after_the_calls_and_what_follows_is_dropped(tiny_tokenizer):
    agent = agent_of(tiny_tokenizer, [f"{call(a=1)}\n{call(a=2)} The result is 99.{END}", f"2 and 3.{END}"])
    events = []
    agent.on_event = events.append
    trace = agent.run("go")
    assert trace.steps[0].observations == [2, 3]
    assert trace.steps[0].content == ""
    assert trace.answer == "2 and 3."
    assert "99" not in tiny_tokenizer.decode(agent._ids)
    assert "The" not in "".join(event.value for event in events if event.kind == "content")


def test_observations_stand_in_the_order_of_calls_and_errors(tiny_tokenizer):
    turn = call(a=1) + "<tool_call>{oops</tool_call>" + call("nope") + call(a="x") + call("raises", a=3) + END
    agent = agent_of(tiny_tokenizer, [turn, f"Sorry.{END}"], tools=(f, raises))
    step = agent.run("go").steps[0]
    assert step.observations[0] == 2
    assert [list(observation) for observation in step.observations[1:]] == [["error"]] * 4
    for observation, part in zip(step.observations[1:], ["malformed", "'nope'", "argument a", "KeyError"], strict=True):
        assert part in observation["error"]
    assert len(step.errors) == 3  # a tool that raises is not the model's fault
    decoded = tiny_tokenizer.decode(agent._ids)
    places = [decoded.index(json.dumps(observation)) for observation in step.observations[1:]]
    assert places == sorted(places)


def test_a_fault_in_the_last_call_of_a_turn_that_never_closed_is_still_shown(tiny_tokenizer):
    events = []
    agent = agent_of(tiny_tokenizer, [call(a=1)[:-12] + END, f"2.{END}"], on_event=events.append)
    trace = agent.run("go")
    assert [event.kind for event in events] == ["call", "observation", "content", "content", "stop"]
    assert trace.steps[0].calls[0].repaired


def test_the_trace_is_the_documented_json(tiny_tokenizer):
    turns = [f"<think>Add.</think>{call(a=1)}{END}", f"2{END}"]
    trace = agent_of(tiny_tokenizer, turns).run("1 + 1?")
    assert json.loads(trace.to_json()) == {
        "answer": "2",
        "stop_reason": "answered",
        "steps": [
            {
                "thought": "Add.",
                "content": "",
                "calls": [{"name": "f", "arguments": {"a": 1}}],
                "observations": [2],
                "errors": [],
                "text": turns[0],
            },
            {"thought": "", "content": "2", "calls": [], "observations": [], "errors": [], "text": turns[1]},
        ],
        "question": "1 + 1?",
    }


def test_events_tell_the_run_as_it_goes(tiny_tokenizer):
    events: list[Event] = []
    turns = [f"<think>Add.</think>{call(a=1)}{END}", f"It is 2.{END}"]
    trace = agent_of(tiny_tokenizer, turns, on_event=events.append).run("1 + 1?")
    kinds = [event.kind for event in events]
    assert list(dict.fromkeys(kinds)) == ["thought", "call", "observation", "content", "stop"]
    assert "".join(event.value for event in events if event.kind == "content") == trace.answer
    assert [event.value for event in events if event.kind == "observation"] == [("f", 2)]
    assert events[-1] == Event("stop", "answered")


def test_reset_forgets_the_conversation(tiny_tokenizer):
    agent = agent_of(tiny_tokenizer, [f"one{END}", f"two{END}", f"three{END}"])
    agent.run("a")
    alone = list(agent._ids)
    agent.run("b")
    assert agent._ids[: len(alone)] == alone
    agent.reset()
    agent.run("c")
    assert tiny_tokenizer.decode(agent._ids).count("user\n") == 1


def test_a_run_can_go_on_after_any_limit(tiny_tokenizer):
    agent = agent_of(tiny_tokenizer, [call(a=1) + END, f"It was 2.{END}"], max_steps=1)
    assert agent.run("1 + 1?").stop_reason == "max_steps"
    agent.run("And?")
    messages = (
        Message("system", agent.system),
        Message("user", "1 + 1?"),
        Message("assistant", calls=(ToolCall("f", {"a": 1}),)),
        Message("tool", 2, name="f"),
        Message("user", "And?"),
    )
    prompt = render_prompt(Conversation(messages, agent.tools.schemas), tiny_tokenizer)
    assert agent._ids[: len(prompt)] == prompt


def test_ctrl_c_ends_the_run_and_not_the_conversation(tiny_tokenizer):
    agent = agent_of(tiny_tokenizer, [KeyboardInterrupt, f"Here I am.{END}"])
    trace = agent.run("Tell me all")
    assert (trace.stop_reason, trace.answer) == ("interrupted", "")
    assert agent.run("Hello?").answer == "Here I am."
    assert agent._ids.count(tiny_tokenizer.token_to_id(END)) == 5  # system, user, the cut turn, user, answer


def test_the_system_text_is_todays_date_unless_given(tiny_tokenizer):
    today = f"Today is {date.today():%A}, {date.today().isoformat()}."
    for options, text in (({}, today), ({"system": "Be kind."}, "Be kind.")):
        agent = agent_of(tiny_tokenizer, [f"Hi.{END}"], **options)
        agent.run("Hi")
        assert tiny_tokenizer.decode(agent._ids).split("<tools>")[0].count(text) == 1


def test_a_real_model_runs_and_its_cache_changes_nothing(tiny_llama_folder, tiny_tokenizer):
    model = load_model(tiny_llama_folder)
    format = ChatFormat(special_tokens=False)  # a base without the tags' rows
    agent = Agent(model, tiny_tokenizer, [f], format=format, max_new_tokens=24, system="")
    trace = agent.run("Hello")
    assert trace.stop_reason in ("answered", "truncated", "empty_turn")
    alone = list(agent._ids)
    agent.run("And again")
    prompt = alone + render_continuation([Message("user", "And again")], tiny_tokenizer, format)
    with torch.inference_mode():
        fresh = list(generate(model, prompt, max_new_tokens=24, stop_ids=model.config.eos_token_ids))
    end = tiny_tokenizer.token_to_id(END)
    assert agent._ids == [*prompt, *(token for token in fresh if token != end), end]
