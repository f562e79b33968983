"""The command line: one question, a chat from a pipe, JSON alone on stdout, errors as one line."""

import io
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import infer
from data.format import add_format_tokens
from lora import LoRAConfig, inject_lora, save_adapter
from model import load_model, load_tokenizer
from toolbox import TOOLS

ROOT = Path(infer.__file__).parent


@pytest.fixture
def own_tools(tmp_path) -> Path:
    """A small tools file: the tiny model's context has no room for the toolbox."""
    path = tmp_path / "own.py"
    path.write_text('print("loading")\ndef double(x: int) -> int:\n    "Double x."\n    return 2 * x\n')
    return path


@pytest.fixture
def command(monkeypatch, capsys, tiny_llama_folder, own_tools):
    """Run infer.py in this process; returns its exit code, stdout and stderr."""
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run(*arguments: str, stdin: str = "", model: bool = True):
        options = ["--tools", str(own_tools), *(["--model", str(tiny_llama_folder)] if model else [])]
        monkeypatch.setattr(sys, "argv", ["infer.py", *options, "--max-new-tokens", "4", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as leave:
            infer.command_line(infer.main)()
        captured = capsys.readouterr()
        return leave.value.code, captured.out, captured.err

    return run


def test_json_is_all_that_stdout_holds(command):
    code, out, _ = command("--json", "--system", "", "Hello")
    trace = json.loads(out)
    assert code == 0
    assert trace.keys() == {"answer", "stop_reason", "steps", "question"}
    keys = {"thought", "content", "calls", "observations", "errors", "text"}
    assert all(step.keys() == keys for step in trace["steps"])
    assert "\033" not in out


def test_sampling_follows_the_seed(command):
    sampled = [command("--json", "--temperature", "5", "--seed", seed, "Hello")[1] for seed in ("1", "1", "2")]
    assert sampled[0] == sampled[1] != sampled[2]


def test_a_chat_reads_a_pipe_and_knows_its_commands(command):
    code, out, err = command(stdin="Hello\n\n/trace\n/tools\n/reset\n/what\nAgain\n/quit\nnever read\n")
    assert code == 0
    assert "double: Double x." in out
    assert "/reset: forget" in err
    (trace,) = [json.loads(line) for line in out.splitlines() if line.startswith('{"answer"')]
    assert "> " not in out.splitlines()[0]
    assert trace["steps"]
    code, out, err = command("--json", stdin="Hello\n/tools\n/what\nAgain")
    first, tools, second = map(json.loads, out.splitlines())
    assert (first["question"], second["question"]) == ("Hello", "Again")
    assert [each["name"] for each in tools] == ["double"]
    assert "/reset: forget" in err


def test_a_chat_whose_context_is_full_says_what_to_do(command, monkeypatch):
    make = infer.make_agent

    def with_little_room(args):
        agent = make(args)
        agent.model.config = replace(agent.model.config, max_position_embeddings=30)
        return agent

    monkeypatch.setattr(infer, "make_agent", with_little_room)
    code, out, err = command(stdin="Hello\n")
    assert code == 0
    assert "[stopped: context full]" in out
    assert "/reset makes room" in err


def test_a_chat_remembers_until_reset(command, monkeypatch):
    lengths = []
    run = infer.Agent.run
    monkeypatch.setattr(infer.Agent, "run", lambda agent, text: (run(agent, text), lengths.append(len(agent._ids)))[0])
    command("--system", "", stdin="Hi\nHi\n/reset\nHi\n")
    assert lengths[0] < lengths[1]
    assert lengths[2] == lengths[0]


@pytest.fixture
def adapter(tmp_path, tiny_llama_folder) -> Path:
    """An adapter with new-token rows and its tokenizer, as a training run leaves them."""
    model, tokenizer = load_model(tiny_llama_folder), load_tokenizer(tiny_llama_folder)
    ids = add_format_tokens(tokenizer)
    model.resize_vocabulary(max(ids) + 1)
    inject_lora(
        model,
        LoRAConfig(
            r=2,
            lora_alpha=4,
            target_modules=["q_proj"],
            trainable_token_indices=ids,
            base_model_name_or_path=str(tiny_llama_folder),
        ),
    )
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name or "trainable_tokens" in name:
                parameter.normal_()
    save_adapter(model, tmp_path)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_an_adapter_brings_its_base_its_tokens_and_its_weights(command, adapter, monkeypatch):
    agents = []
    make = infer.make_agent
    monkeypatch.setattr(infer, "make_agent", lambda args: agents.append(make(args)) or agents[-1])
    code, _, _ = command("--adapter", str(adapter), "Hello", model=False)
    assert code == 0
    base = command("Hello") and agents[1]
    assert agents[0].format.special_tokens
    assert not base.format.special_tokens
    input_ids = torch.arange(1, 9)[None]
    with torch.inference_mode():
        assert not torch.allclose(agents[0].model(input_ids)[..., :512], base.model(input_ids))


@pytest.mark.parametrize(("flags", "constrained"), [((), True), (("--no-constrain",), False)])
def test_calls_are_constrained_unless_told_otherwise(adapter, own_tools, monkeypatch, flags, constrained):
    """The model wants to begin with a call and to end its turn at once."""
    monkeypatch.setattr(sys, "argv", ["infer.py", "--adapter", str(adapter), "--tools", str(own_tools), *flags])
    agent = infer.make_agent(infer.parse_arguments())
    head, wanted = agent.model.logits, iter(["<tool_call>"])

    def logits(hidden):
        scores = head(hidden)
        scores[agent.tokenizer.token_to_id(next(wanted, "<|im_end|>"))] = 1000
        scores[[agent.tokenizer.token_to_id(text) for text in "}"]] += 100  # or a number would go on and on
        return scores

    monkeypatch.setattr(agent.model, "logits", logits)
    step = agent.run("Double 3.").steps[0]
    assert [call.name for call in step.calls] == ["double"] * constrained
    assert bool(step.errors) != constrained


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tools", "nowhere.py", "x"], "nowhere.py"),
        (["--files", "nowhere", "x"], "nowhere"),
        (["--adapter", "nowhere", "x"], "nowhere"),
        (["--model", "nowhere/at/all", "x"], "nowhere"),
        (["--max-steps", "0", "x"], "--max-steps"),
        (["--top-p", "0", "x"], "--top-p"),
        (["--temperature", "-1", "x"], "--temperature"),
        (["--temperature", "nan", "x"], "--temperature"),
        (["--seed", "-1", "x"], "--seed should be from 0"),
    ],
)
def test_bad_input_is_one_line_on_stderr(command, arguments, message):
    code, out, err = command("--json", *arguments)
    assert code == 2
    assert out == ""
    err = err.removeprefix("loading\n")  # what the tools file prints
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err


def test_a_question_that_is_not_utf8(command):
    code, out, _ = command("--json", "caf\udce9 ?")
    assert code == 0
    assert json.loads(out)["steps"]


def test_the_toolbox_is_the_default(monkeypatch, capsys, tiny_llama_folder):
    monkeypatch.setattr(sys, "argv", ["infer.py", "--model", str(tiny_llama_folder)])
    monkeypatch.setattr(sys, "stdin", io.StringIO("/tools\n"))
    assert infer.main() == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [entry.name for entry in TOOLS]


def test_files_are_offered_below_a_folder_that_the_user_names(command, tmp_path):
    assert "read_file" not in command(stdin="/tools\n")[1]
    lines = command("--files", str(tmp_path), stdin="/tools\n")[1].splitlines()
    assert [line.split(":")[0] for line in lines] == ["double", "read_file", "query_database"]


class Screen:
    """A program on a terminal of its own."""

    def __init__(self, command: list[str]):
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            os.chdir(ROOT)
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # it hears Ctrl-C even if these tests do not
            os.execv(command[0], command)
        self.text = ""

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def wait_for(self, text: str) -> None:
        """Until a text is shown, which has to come."""
        assert self.comes(lambda: text in self.text), self.text
        self.text = self.text.partition(text)[2]

    def comes(self, condition: Callable[[], bool], seconds: float = 120) -> bool:
        """Whether what is shown fulfils a condition in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if not select.select([self._terminal], [], [], max(0.0, deadline - time.monotonic()))[0]:
                return False
            self.text += os.read(self._terminal, 65536).decode(errors="replace")
        return True


@pytest.mark.slow
def test_on_a_terminal_ctrl_c_stops_an_answer_and_not_the_chat(tiny_llama_folder, own_tools, tmp_path):
    """The model is random, and goes on for thousands of tokens unless it is stopped."""
    folder = shutil.copytree(tiny_llama_folder, tmp_path / "endless")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 10**6}))
    options = ["--model", str(folder), "--tools", str(own_tools), "--max-new-tokens", "100000"]
    screen = Screen([sys.executable, "infer.py", *options])
    screen.wait_for("> ")
    for _ in range(60):  # at the prompt; readline does not notice a signal between showing it and waiting for keys
        screen.type("\x03")
        if screen.comes(lambda: "> " in screen.text, seconds=2):
            break
    else:
        pytest.fail(f"Ctrl-C brings no new prompt: {screen.text}")
    screen.type("Hello\n")
    screen.wait_for("Hello\r\n")
    assert screen.comes(lambda: len(screen.text) > 200)  # the answer has begun, and not only the terminal's own codes
    screen.type("\x03")
    screen.wait_for("[stopped: interrupted]")
    screen.wait_for("> ")
    screen.type("/tools\n")
    screen.wait_for("double: Double x.")
    screen.type("/trace\n")
    screen.wait_for('"stop_reason": "interrupted"')
    screen.wait_for('"question": "Hello"}')
    screen.type("/quit\n")
    assert os.waitpid(screen.process, 0)[1] == 0


@pytest.mark.slow
def test_it_runs_as_a_program(tiny_llama_folder, own_tools):
    command = [sys.executable, "infer.py", "--model", str(tiny_llama_folder), "--max-new-tokens", "4"]
    command += ["--tools", str(own_tools)]
    options = {"cwd": ROOT, "capture_output": True, "timeout": 300, "check": False}
    done = subprocess.run([*command, "--json", "Hello"], **options)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["steps"]
    done = subprocess.run([*command, "--tools", "nowhere.py"], **options)
    assert (done.returncode, done.stdout) == (2, b"")
