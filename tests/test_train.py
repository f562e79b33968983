"""The whole of `train.py`, as a user runs it, on a tiny random model."""

import json

import pytest
import torch
from safetensors.torch import load_file

import train
from tests.small_runs import QUICK, exit_code, run_training, train_here, write_short_data


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_short_data(tmp_path_factory.mktemp("data") / "short.jsonl", 20)


@pytest.fixture(scope="module")
def finished(tiny_llama_folder, data, tmp_path_factory):
    """A run of six steps: the output folder and what was printed."""
    folder = tmp_path_factory.mktemp("run")
    flags = ["--model", tiny_llama_folder, "--data", data, "--output-dir", folder, "--max-steps", 6, *QUICK]
    flags += ["--learning-rate", 1e-2]  # high: so few steps should lower the loss, whichever row comes last
    result = run_training(*flags)
    assert result.returncode == 0, result.stderr
    return folder, flags, result


def test_metrics_have_a_line_a_step_with_the_promised_fields(finished):
    folder, _, _ = finished
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == list(range(1, 7))
    fields = "step loss learning_rate grad_norm tokens learned_tokens tokens_per_second peak_memory_bytes elapsed_s"
    assert all(list(line) == fields.split() for line in lines)
    assert all(0 < line["learned_tokens"] < line["tokens"] <= 2048 for line in lines)
    assert lines[-1]["loss"] < lines[0]["loss"]


@pytest.mark.parity
def test_peft_opens_the_adapter_with_the_same_logits(finished, tiny_llama_folder):
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from lora import load_adapter
    from model import load_model

    folder, _, _ = finished
    ours = load_model(tiny_llama_folder)
    load_adapter(ours, folder)
    ids = torch.tensor([[1, 50, 300, *range(512, 520), 2]])  # the eight new tokens among others
    base = AutoModelForCausalLM.from_pretrained(tiny_llama_folder)
    base.resize_token_embeddings(len(AutoTokenizer.from_pretrained(folder)))
    theirs = PeftModel.from_pretrained(base, folder).eval()
    with torch.no_grad():
        torch.testing.assert_close(ours(ids), theirs(input_ids=ids).logits, atol=1e-5, rtol=1e-5)


@pytest.mark.parity
def test_the_saved_tokenizer_renders_in_transformers_what_was_trained_on(finished, data):
    from transformers import AutoTokenizer

    from data import read_conversations, render
    from model import load_tokenizer

    folder, _, _ = finished
    theirs, ours = AutoTokenizer.from_pretrained(folder), load_tokenizer(folder)
    for conversation in read_conversations(data):
        row = conversation.to_row()
        ids = theirs.apply_chat_template(row["messages"], tools=row["tools"], return_dict=False)
        assert ids == render(conversation, ours).input_ids


def test_the_same_seed_gives_the_same_bytes_and_a_resumed_run_as_well(finished, tmp_path):
    folder, flags, _ = finished
    again = [*flags]
    again[again.index(folder)] = tmp_path / "again"
    assert run_training(*again, "--save-steps", 2).returncode == 0
    whole = (folder / "adapter_model.safetensors").read_bytes()
    assert (tmp_path / "again" / "adapter_model.safetensors").read_bytes() == whole
    (tmp_path / "again" / "adapter_model.safetensors").unlink()  # as if the run had been killed after step 4
    (tmp_path / "again" / "checkpoint-9.partial").mkdir()
    resumed = run_training(*again, "--resume")
    assert "going on from" in resumed.stdout
    assert "checkpoint-4" in resumed.stdout
    assert (tmp_path / "again" / "adapter_model.safetensors").read_bytes() == whole
    lines = (tmp_path / "again" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == list(range(1, 7))
    assert not list((tmp_path / "again").glob("*.partial"))


def test_resume_on_a_finished_run_says_so_and_with_nothing_saved_starts_afresh(finished, tmp_path):
    folder, flags, _ = finished
    result = run_training(*flags, "--resume")
    assert (result.returncode, "finished run" in result.stdout) == (0, True)
    again = [*flags]
    again[again.index(folder)] = tmp_path / "fresh"
    assert run_training(*again, "--resume").returncode == 0
    assert load_file(tmp_path / "fresh" / "adapter_model.safetensors").keys()


def test_accumulation_of_four_rows_equals_a_batch_of_four(tiny_llama_folder, data, tmp_path, monkeypatch):
    adapters = []
    for batch, accumulation in ((4, 1), (1, 4)):
        folder = tmp_path / str(batch)
        shape = ["--per-device-train-batch-size", batch, "--gradient-accumulation-steps", accumulation]
        short = ["--max-length", 700, "--max-steps", 3, "--seed", 5]
        train_here(monkeypatch, folder, "--model", tiny_llama_folder, "--data", data, *QUICK, *shape, *short)
        adapters.append(load_file(folder / "adapter_model.safetensors"))
    torch.testing.assert_close(*adapters, atol=1e-5, rtol=1e-4)


def test_bad_input_is_one_line_and_a_code_and_leaves_nothing_behind(
    tiny_llama_folder, data, tmp_path, monkeypatch, capsys
):
    def refused(*arguments) -> list[str]:
        """What `train.py` says on stderr, in this process."""
        assert exit_code(monkeypatch, train, *arguments) == 2
        return [line for line in capsys.readouterr().err.splitlines() if not line.startswith("model:")]

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    broken = tmp_path / "broken.jsonl"
    broken.write_text(data.read_text().splitlines()[0] + '\n{"messages": 5}\n')
    occupied = tmp_path / "file"
    occupied.write_text("")
    good = {"--model": tiny_llama_folder, "--data": data, "--output-dir": tmp_path / "out"}
    cases = [
        ({"--data": broken}, "broken.jsonl, line 2: `messages` should be a list"),
        ({"--data": tmp_path / "none.jsonl"}, "does not exist"),
        ({"--data": "hub:someone/some-set"}, "hub:someone/some-set"),
        ({"--model": tmp_path / "no-model"}, "no-model"),
        ({"--output-dir": occupied}, "cannot be written to"),
        ({"--target-modules": "query_proj"}, "query_proj"),
        ({"--r": 0}, "r is 0"),
        ({"--max-length": 20}, "none of the 20 conversations"),
        ({"--learn": "answers=1"}, "--learn: 'answers=1'"),
        ({"--learn": "thought=0,call=0,answer=-1"}, "--learn: 'answer=-1'"),
        ({"--max-steps": 0}, "--max-steps should be at least 1"),
        ({"--eval-turns": -1}, "--eval-turns should be at least 0"),
        ({"--weight-decay": "nan"}, "--weight-decay should be at least 0"),
        ({"--num-train-epochs": "inf"}, "--num-train-epochs should be at most 1e9"),
        ({"--num-train-epochs": "1e308"}, "--num-train-epochs should be at most 1e9"),
        ({"--seed": 2**63}, "--seed should be from 0 to 2^63 - 1"),
        ({"--learning-rate": "nan"}, "--learning-rate should be above 0"),
    ]
    for change, says in cases:
        flags = [*QUICK[2:], *[x for pair in (good | change).items() for x in pair]]
        lines = refused(*flags)
        assert len(lines) == 1, (change, lines)
        assert lines[0].startswith("error: ")
        assert says in lines[0], (says, lines)
        assert not (tmp_path / "out" / "adapter_model.safetensors").exists()
    whole = run_training(*flags)  # the last one, as a process of its own
    assert (whole.returncode, whole.stderr.splitlines()) == (2, lines)
    assert run_training("--preset", "course").returncode == 2
    for flags, says in (
        (["--torch-compile"], "--torch-compile is for GPUs"),
        (["--activation-offloading", "--gradient-checkpointing"], "--activation-offloading is for GPUs"),
        (["--activation-offloading"], "--activation-offloading moves what --gradient-checkpointing keeps"),
    ):
        (line,) = refused(*flags, "--output-dir", tmp_path / "out")
        assert line.startswith(f"error: {says}")


def test_faults_of_content_are_counted_and_stop_a_strict_run(tiny_llama_folder, data, tmp_path):
    row = json.loads(data.read_text().splitlines()[0])
    row["tools"] = []
    path = tmp_path / "faulty.jsonl"
    path.write_text(json.dumps(row) + "\n" + data.read_text())
    flags = ["--model", tiny_llama_folder, "--data", path, "--output-dir", tmp_path / "out", "--max-steps", 1, *QUICK]
    assert "faults of content, the first: " in run_training(*flags).stdout
    strict = run_training(*flags, "--strict")
    assert (strict.returncode, "which is not on offer" in strict.stderr) == (2, True)
