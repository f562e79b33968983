"""Scores: right for an oracle, right for each way of being wrong, and the same through the command line."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from tokenizers import Tokenizer

import evaluate as module
from agent.calls import Call
from data import ChatFormat, Conversation, Message, ToolCall, read_conversations, render
from data.format import IGNORE, end_of_turn_id
from errors import InputError
from evaluate import Reply, Turn, evaluate, read_reply, sample_turns, score
from evaluation.outcomes import SHARES
from lora import LoRAConfig, inject_lora, save_adapter
from model import load_model, load_tokenizer
from tests.small_runs import exit_code
from training.new_tokens import add_new_tokens

FORMATS = [ChatFormat(), ChatFormat(special_tokens=False)]
TOOL = {
    "type": "function",
    "function": {"name": "add", "parameters": {"type": "object", "properties": {"a": {}, "b": {}}}},
}


def conversation(number: int = 0) -> Conversation:
    """A parallel call, an answer to its results, and a plain answer: three turns to score."""
    calls = (ToolCall("add", {"a": number, "b": [1, {"c": True}]}), ToolCall("add", {"a": 2.5, "b": "x"}))
    return Conversation(
        (
            Message("user", f"Add {'one and ' * number}two."),
            Message("assistant", thought="Twice.", calls=calls),
            Message("tool", 3, name="add"),
            Message("tool", {"error": "no"}, name="add"),
            Message("assistant", "It is 3."),
            Message("user", "Thanks!"),
            Message("assistant", "You are welcome.", thought="No tool."),
        ),
        (TOOL,),
    )


class Oracle:
    """Stands in for `generate_batch`: knows the true turn after each prompt of these conversations."""

    def __init__(self, conversations: list[Conversation], tokenizer: Tokenizer, format: ChatFormat):
        self.turns: dict[tuple[int, ...], list[int]] = {}
        for item in conversations:
            example = render(item, tokenizer, format)
            ids, labels = example.input_ids, example.labels
            for end in example.turn_ends:
                start = end - 1
                while labels[start - 1] != IGNORE:
                    start -= 1
                self.turns[tuple(ids[:start])] = ids[start:end]

    def __call__(self, model, prompts, *, max_new_tokens, **how):
        return [self.turns[tuple(prompt)][:max_new_tokens] for prompt in prompts]


def model_of_size(vocab_size: int, context: int = 100_000) -> SimpleNamespace:
    config = SimpleNamespace(vocab_size=vocab_size, max_position_embeddings=context, eos_token_ids=())
    return SimpleNamespace(config=config, parameters=lambda: iter([torch.zeros(1)]))


def shares(result: dict) -> dict:
    return {name: result[name] for name in ("turns", *SHARES)}


@pytest.mark.parametrize("format", FORMATS, ids=["tokens", "plain"])
def test_an_oracle_is_always_right(format: ChatFormat, tiny_tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch):
    conversations = [conversation(number) for number in range(12)]
    monkeypatch.setattr(module, "BATCH_TOKENS", 2000)  # several batches, out of the order of the turns
    monkeypatch.setattr(module, "generate_batch", Oracle(conversations, tiny_tokenizer, format))
    result = evaluate(model_of_size(10_000), tiny_tokenizer, sample_turns(conversations, None), format, 500)  # type: ignore[arg-type]
    assert shares(result) == {"turns": 36, "parsed": 1, "tool_name": 1, "exact_call": 1, "no_call": 1, "ended": 1}


def test_an_oracle_is_right_on_the_built_in_data(tiny_tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch):
    conversations = list(read_conversations("builtin:heldout"))[::20]
    monkeypatch.setattr(module, "generate_batch", Oracle(conversations, tiny_tokenizer, ChatFormat()))
    turns = sample_turns(conversations, 60)
    result = evaluate(model_of_size(10_000), tiny_tokenizer, turns, ChatFormat(), 2000)  # type: ignore[arg-type]
    assert shares(result) == {"turns": 60, "parsed": 1, "tool_name": 1, "exact_call": 1, "no_call": 1, "ended": 1}


@pytest.mark.parametrize("format", FORMATS, ids=["tokens", "plain"])
def test_what_is_cut_off_counts_for_nothing(
    format: ChatFormat, tiny_tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
):
    oracle = Oracle([conversation()], tiny_tokenizer, format)
    limit = max(map(len, oracle.turns.values())) - 2  # the last </tool_call> and what ends the turn are missing
    monkeypatch.setattr(module, "generate_batch", oracle)
    result = evaluate(model_of_size(10_000), tiny_tokenizer, sample_turns([conversation()], None), format, limit)  # type: ignore[arg-type]
    assert shares(result) == {"turns": 3, "parsed": 0, "tool_name": 0, "exact_call": 0, "no_call": 1, "ended": 2 / 3}


def test_turns_that_do_not_fit_the_context_are_left_out(
    tiny_tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    conversations = [conversation(0), conversation(200)]
    oracle = Oracle(conversations, tiny_tokenizer, ChatFormat())
    monkeypatch.setattr(module, "generate_batch", oracle)
    turns = sample_turns(conversations, None)
    context = len(list(oracle.turns)[2]) + 100  # the first conversation's longest prompt
    result = evaluate(model_of_size(10_000, context), tiny_tokenizer, turns, ChatFormat(), 100)  # type: ignore[arg-type]
    assert (result["turns"], result["too_long"]) == (3, 3)
    assert "3 turns are not scored" in capsys.readouterr().err


def test_a_model_without_the_tags_is_refused(tiny_tokenizer: Tokenizer):
    with pytest.raises(InputError, match="no embedding for the format's tags"):
        evaluate(model_of_size(512), tiny_tokenizer, sample_turns([conversation()], None), ChatFormat())  # type: ignore[arg-type]


@pytest.mark.parametrize("constrain", [True, False])
def test_constrained_calls_can_all_be_read(tiny_llama_folder: Path, tiny_tokenizer: Tokenizer, constrain: bool):
    """Of a model that wants to begin with a call, and to end its turn or what it writes at once."""
    model = load_model(tiny_llama_folder)
    add_new_tokens(model, tiny_tokenizer, ChatFormat())
    hidden, head = model.hidden, model.logits
    first: list[bool] = []
    tags = [tiny_tokenizer.token_to_id(text) for text in ("<|im_end|>", "<tool_call>")]
    closing = [i for i in range(512) if tiny_tokenizer.decode([i]).startswith(("}", '"'))]

    def logits(states: torch.Tensor) -> torch.Tensor:
        scores = head(states)
        scores[:, closing] += 100
        scores[:, tags[first[-1]]] += 1000
        return scores

    model.hidden = lambda ids, cache: (first.append(cache.padding is None), hidden(ids, cache=cache))[1]  # type: ignore[method-assign]
    model.logits = logits  # type: ignore[method-assign]
    turns = sample_turns([conversation(number) for number in range(4)], None)
    result = evaluate(model, tiny_tokenizer, turns, ChatFormat(), 100, constrain)
    assert (result["turns"], result["no_call"]) == (12, 0)
    assert result["parsed"] == constrain


# ---------------------------------------------------------------------------------------------------------------------
# Reading a reply.


def encode(text: str, tokenizer: Tokenizer, format: ChatFormat) -> list[int]:
    """Ids of a turn's text as a model would generate them: tags are tokens where the format makes them so."""
    if format.special_tokens:
        tokenizer.add_special_tokens(list(format.tokens))
    return tokenizer.encode(text).ids


CALL = '<tool_call>{"name": "f", "arguments": {"x": 1}}</tool_call>'
F = Call("f", {"x": 1})


@pytest.mark.parametrize("format", FORMATS, ids=["tokens", "plain"])
@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Hello.<|im_end|>", Reply()),
        ("Hello.", Reply(ended=False)),
        (f"{CALL}<|im_end|>", Reply((F,))),
        (f"<think>So.</think>{CALL}{CALL}<|im_end|>", Reply((F, F))),
        (f"{CALL}", Reply((), faulty=True, ended=False)),  # more calls may have been under way
        (f"{CALL}And then I", Reply((F,), ended=False)),  # the agent stops after the call
        (f"{CALL}<tool_response>", Reply((F,), ended=False)),
        (f"{CALL}<tool_response>{CALL}<|im_end|>", Reply((F,), ended=True)),
        ("<tool_call>{'x': }</tool_call><|im_end|>", Reply((), faulty=True)),
        (f"{CALL}<tool_call>oh</tool_call><|im_end|>", Reply((F,), faulty=True)),
        ('<tool_call>{"name": "f", "argu', Reply((), faulty=True, ended=False)),
        ("<think>So, then", Reply(ended=False)),
        ("<|im_end|>", Reply()),
    ],
)
def test_a_reply_is_read_as_the_agent_reads_it(text: str, reply: Reply, format: ChatFormat, tiny_tokenizer: Tokenizer):
    ids = encode(text, tiny_tokenizer, format)
    assert read_reply(ids, tiny_tokenizer, format, (end_of_turn_id(tiny_tokenizer),)) == reply


# ---------------------------------------------------------------------------------------------------------------------
# Scoring.


def turn(*due: ToolCall) -> Turn:
    return Turn(Conversation(()), Message("assistant", calls=due))


def test_shares_are_over_the_turns_that_they_concern():
    f, g = ToolCall("f", {"x": 1}), ToolCall("g", {})
    turns = [turn(f), turn(f), turn(f, g), turn(f, g), turn(f), turn(), turn(), turn()]
    replies = [
        Reply((F,)),
        Reply((Call("f", {"x": 2}),)),  # the right name alone
        Reply((Call("g", {}), F)),  # another order
        Reply((F,)),  # one is missing
        Reply((), faulty=True, ended=False),
        Reply(),
        Reply((F,)),  # none was due
        Reply(ended=False),
    ]
    assert score(turns, replies) == {
        "turns": 8,
        "parsed": 5 / 6,
        "tool_name": 3 / 5,
        "exact_call": 2 / 5,
        "no_call": 2 / 3,
        "ended": 6 / 8,
    }


def test_a_call_too_many_is_not_exact():
    f = ToolCall("f", {"x": 1})
    extra = score([turn(f)], [Reply((F, F))])
    assert (extra["tool_name"], extra["exact_call"]) == (0, 0)
    unreadable = score([turn(f)], [Reply((F,), faulty=True)])
    assert (unreadable["parsed"], unreadable["exact_call"]) == (0, 0)


def test_shares_that_no_turn_asks_for_are_none():
    nothing = {"parsed": None, "tool_name": None, "exact_call": None, "no_call": None, "ended": None}
    assert score([], []) == {"turns": 0} | nothing
    assert score([turn()], [Reply()]) == {"turns": 1} | nothing | {"no_call": 1, "ended": 1}


@pytest.mark.parametrize(
    ("due", "made", "same"),
    [
        (5, 5.0, True),
        (1, True, False),
        (False, 0, False),
        (None, False, False),
        ("5", 5, False),
        ({"a": 1, "b": [1, {"c": None}]}, {"b": [1.0, {"c": None}], "a": 1}, True),
        ({"a": [True]}, {"a": [1]}, False),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ("Zürich", "zürich", False),
    ],
)
def test_arguments_are_compared_as_json(due: object, made: object, same: bool):
    result = score([turn(ToolCall("f", {"x": due}))], [Reply((Call("f", {"x": made}),))])
    assert result["exact_call"] == same


def test_the_sample_is_drawn_from_all_turns_and_stays_in_order():
    conversations = [conversation(number) for number in range(50)]
    turns = sample_turns(conversations, None)
    assert len(turns) == 150
    assert [len(turn.before.messages) for turn in turns[:4]] == [1, 4, 6, 1]
    chosen = sample_turns(conversations, 30, seed=1)
    assert chosen == sample_turns(conversations, 30, seed=1) != sample_turns(conversations, 30, seed=2)
    places = [turns.index(turn) for turn in chosen]
    assert places == sorted(set(places))
    assert min(places) < 50
    assert max(places) >= 100
    assert sample_turns(conversations, 0) == []


# ---------------------------------------------------------------------------------------------------------------------
# The command line.


@pytest.fixture
def adapter(tiny_llama_folder: Path, tmp_path: Path) -> Path:
    """An adapter with new rows, and the tokenizer beside it, as train.py leaves them; B is random."""
    model, tokenizer = load_model(tiny_llama_folder), load_tokenizer(tiny_llama_folder)
    rows = add_new_tokens(model, tokenizer, ChatFormat())
    name = str(tiny_llama_folder)
    inject_lora(model, LoRAConfig(r=2, target_modules=["q_proj"], trainable_token_indices=rows,
                                  init_lora_weights=False, base_model_name_or_path=name))  # fmt: skip
    save_adapter(model, tmp_path / "adapter")
    tokenizer.save(str(tmp_path / "adapter" / "tokenizer.json"))
    return tmp_path / "adapter"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "data.jsonl"
    file.write_text(conversation().to_json() + "\n", encoding="utf-8")
    return file


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    return exit_code(monkeypatch, module, *arguments)


def test_base_beside_tuned_as_table_and_json(
    adapter: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    torch.manual_seed(0)
    assert run(monkeypatch, "--adapter", adapter, "--data", data, "--max-new-tokens", 8, "--json", "-") == 0
    scores = json.loads(capsys.readouterr().out)
    assert list(scores) == ["base", "tuned", "run"]
    for result in (scores["base"], scores["tuned"]):
        assert list(result)[:6] == ["turns", "parsed", "tool_name", "exact_call", "no_call", "ended"]
        assert result["turns"] == 3
        assert result["exact_call"] == 0
        assert result["seconds"] > 0
        assert 3 <= result["new_tokens"] <= 3 * 8
        assert "bfcl" not in result
    example = render(conversation(), load_tokenizer(adapter), ChatFormat())
    assert scores["tuned"]["prompt_tokens"] > len(example.input_ids)
    file = tmp_path / "scores.json"
    assert run(monkeypatch, "--adapter", adapter, "--data", data, "--max-new-tokens", 8, "--json", file) == 0
    again = json.loads(file.read_text())
    assert again["run"] == scores["run"] | {"json": str(file)}
    for system in ("base", "tuned"):
        assert again[system] == scores[system] | {"seconds": again[system]["seconds"]}
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["base", "tuned"]
    assert table[1].split() == ["turns", "3", "3"]


def test_base_alone(
    tiny_llama_folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    arguments = ["--model", tiny_llama_folder, "--data", data, "--max-new-tokens", 8, "--limit", 2, "--json", "-"]
    assert run(monkeypatch, *arguments) == 0
    scores = json.loads(capsys.readouterr().out)
    assert list(scores) == ["base", "run"]
    assert scores["base"]["turns"] == 2


def test_tuned_alone(adapter: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    arguments = ["--adapter", adapter, "--data", data, "--max-new-tokens", 8, "--skip-base", "--json", "-"]
    assert run(monkeypatch, *arguments) == 0
    assert list(json.loads(capsys.readouterr().out)) == ["tuned", "run"]


def test_the_scores_say_what_they_are_of(
    adapter: Path, data: Path, tiny_llama_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    arguments = ["--adapter", adapter, "--data", data, "--max-new-tokens", 1, "--seed", 7, "--skip-base", "--json", "-"]
    assert run(monkeypatch, *arguments, "--no-constrain") == 0
    said = json.loads(capsys.readouterr().out)["run"]
    assert (said["seed"], said["limit"], said["data"]) == (7, 200, [str(data)])
    assert (said["model"], said["constrained"]) == (str(tiny_llama_folder), False)
    files = [tiny_llama_folder / "model.safetensors", adapter / "adapter_model.safetensors"]
    assert said["weights"] == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    root = Path(module.__file__).parent
    if (root / ".git").exists() and shutil.which("git"):
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True).stdout
        changed = subprocess.run(["git", "diff", "--quiet", "HEAD"], cwd=root).returncode
        assert said["commit"] == head.strip() + ("-dirty" if changed else "")
    else:
        assert said["commit"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--data", "nowhere.jsonl"], "nowhere.jsonl does not exist"),
        (["--model", "/no/where"], "no such folder"),
        (["--adapter", "/no/where"], "adapter_config.json"),
        (["--json", "/no/where/scores.json"], "no such folder"),
        (["--json", "."], "--json . is a folder"),
        (["--seed", "-1"], "--seed should be from 0"),
        (["--limit", "-1"], "--limit"),
        (["--max-new-tokens", "0"], "--max-new-tokens"),
        (["--skip-base"], "--skip-base leaves nothing to score"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], says: str, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    first = [] if "--data" in arguments else ["--data", data]
    assert run(monkeypatch, *first, *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert says in err


def test_a_broken_adapter_is_seen_before_the_base_is_scored(
    adapter: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, tiny_llama_folder: Path
):
    monkeypatch.setattr(module, "answer", lambda *_: pytest.fail("something was scored"))
    weights = adapter / "adapter_model.safetensors"
    whole = weights.read_bytes()
    for break_it in (lambda: weights.write_bytes(whole[:-1]), weights.unlink):
        break_it()
        assert run(monkeypatch, "--model", tiny_llama_folder, "--adapter", adapter, "--data", data) == 2
        assert "adapter_model.safetensors: missing, cut short" in capsys.readouterr().err


def test_an_adapter_without_the_tags_is_refused(
    adapter: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, tiny_llama_folder: Path
):
    model = load_model(tiny_llama_folder)
    inject_lora(model, LoRAConfig(r=2, target_modules=["q_proj"], base_model_name_or_path=str(tiny_llama_folder)))
    shutil.rmtree(adapter)
    save_adapter(model, adapter)
    assert run(monkeypatch, "--adapter", adapter, "--data", data, "--max-new-tokens", 8) == 2
    assert "no embedding for the format's tags" in capsys.readouterr().err
