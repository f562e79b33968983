"""`train.py --preset course`, whole, on a tiny random Gemma 2; its adapter in peft."""

import json

import pytest
import torch
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, Gemma2Config, Gemma2ForCausalLM, PreTrainedTokenizerFast

from data import ChatFormat, read_conversations, render
from lora import load_adapter
from model import load_model, load_tokenizer
from tests.data.small_tokenizers import small_tokenizer
from tests.small_runs import run_training, write_short_data
from training.arguments import parse_arguments

pytestmark = [pytest.mark.parity, pytest.mark.slow]

PROJECTIONS = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}


@pytest.fixture(scope="module")
def gemma2_folder(tmp_path_factory):
    """Random, with Gemma 2's traits: soft caps, a window shorter than the texts, a tied head, its own chat markup."""
    folder = tmp_path_factory.mktemp("tiny-gemma2")
    tokenizer = small_tokenizer("gemma")
    config = Gemma2Config(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        query_pre_attn_scalar=8,
        sliding_window=64,
        initializer_range=0.2,
        **{f"{name}_token_id": tokenizer.token_to_id(f"<{name}>") for name in ("pad", "eos", "bos")},
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        Gemma2ForCausalLM(config).save_pretrained(folder)
    special = {f"{name}_token": f"<{name}>" for name in ("pad", "eos", "bos", "unk")}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_short_data(tmp_path_factory.mktemp("data") / "short.jsonl", 30)


@pytest.fixture(scope="module", params=[False, True], ids=["new-rows", "course-heads"])
def run(request, gemma2_folder, data, tmp_path_factory):
    """Whether with --course-heads, the output folder, and what was printed."""
    folder = tmp_path_factory.mktemp("run")
    flags = ["--preset", "course", "--model", gemma2_folder, "--data", data, "--output-dir", folder, "--max-steps", 3]
    flags += ["--eval-turns", 2, *(["--course-heads"] if request.param else [])]
    result = run_training(*flags)
    assert result.returncode == 0, result.stderr
    return request.param, folder, result.stdout


def test_the_recipe_is_the_courses(run):
    heads, folder, printed = run
    config = LoraConfig.from_pretrained(folder)
    assert (config.r, config.lora_alpha, config.lora_dropout) == (16, 64, 0.05)
    assert set(config.target_modules) == PROJECTIONS | ({"embed_tokens", "lm_head"} if heads else set())
    assert bool(config.trainable_token_indices) is not heads
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3]
    assert max(line["learning_rate"] for line in lines) == pytest.approx(1e-4)
    assert "tuned" in printed, "base and tuned are scored on a share of the data"


def test_a_card_without_bf16_can_follow_the_recipe_in_fp16():
    args = parse_arguments(["--preset", "course", "--fp16"])
    assert (args.fp16, args.bf16, args.max_length) == (True, False, 1500)


def test_peft_opens_the_adapter_with_the_same_logits(run, gemma2_folder, data):
    heads, folder, _ = run
    tokenizer = load_tokenizer(folder)
    ids = torch.tensor([render(next(iter(read_conversations(data))), tokenizer).input_ids])
    new = [tokenizer.token_to_id(tag) for tag in ChatFormat().tokens]
    assert set(new) - set(ids[0].tolist()) <= {*new[6:]}, "all tags but those of a result occur in the text"
    base = AutoModelForCausalLM.from_pretrained(gemma2_folder, attn_implementation="eager")
    plain = load_model(gemma2_folder)
    base.resize_token_embeddings(len(AutoTokenizer.from_pretrained(folder)))
    theirs = PeftModel.from_pretrained(base, folder).eval()
    ours = load_model(gemma2_folder)
    load_adapter(ours, folder)
    plain.resize_vocabulary(ours.config.vocab_size)
    with torch.no_grad():
        logits = ours(ids)
        assert float((logits - plain(ids)).abs().max()) > 1e-3, "training has changed something"
        torch.testing.assert_close(logits, theirs(input_ids=ids).logits, atol=1e-5, rtol=1e-5)
    assert any("embed_tokens" in name and "lora" in name for name, _ in ours.named_parameters()) is heads


def test_the_saved_template_renders_what_was_trained_on(run, data):
    _, folder, _ = run
    theirs, tokenizer = AutoTokenizer.from_pretrained(folder), load_tokenizer(folder)
    for conversation in read_conversations(data):
        row = conversation.to_row()
        ids = theirs.apply_chat_template(row["messages"], tools=row["tools"] or None, return_dict=False)
        assert ids == render(conversation, tokenizer).input_ids
        assert ids.count(tokenizer.token_to_id("<bos>")) == 1
