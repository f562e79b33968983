"""Merging: exact up to the dtype, checkpoints that load everywhere, sums of adapters."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, AutoTokenizer

import lora.merge
from errors import InputError, command_line
from lora import LoRAConfig, inject_lora, load_adapter, merge_lora, save_adapter, unload_lora, unmerge_lora
from lora.adapter import adapter_tensors
from lora.merge import add_adapters, export_merged
from model import Decoder, generate, load_model
from tests.lora.lora_reference import randomise

DTYPES = st.sampled_from([torch.float32, torch.bfloat16, torch.float16])


@settings(max_examples=60, deadline=None)
@given(
    inputs=st.integers(1, 48),
    outputs=st.integers(1, 48),
    r=st.integers(1, 64),
    scale=st.floats(0.01, 8),
    dtype=DTYPES,
    kind=st.sampled_from(["linear", "dora", "embedding", "embedding-dora", "rows"]),
    seed=st.integers(0, 2**20),
)
def test_merged_equals_unmerged(
    inputs: int, outputs: int, r: int, scale: float, dtype: torch.dtype, kind: str, seed: int
) -> None:
    """A merged weight is the exact sum (computed in fp64), up to one rounding to the dtype and the fp32 sum's own.

    |merged - exact| ≤ u(dtype) |exact| + u(fp32) (r + 2) (|W| + s |B| |A|), u the unit round-off: an fp32 sum of r
    products and W, then one cast (Higham, Accuracy and Stability, section 3.5); for DoRA the same bound goes through
    the division by a norm over `inputs` terms.
    """
    torch.manual_seed(seed)
    layer = nn.Embedding(outputs, inputs) if "embedding" in kind or kind == "rows" else nn.Linear(inputs, outputs)
    model = nn.Sequential(layer.to(dtype))
    config: dict[str, Any] = {"r": r, "lora_alpha": scale * r, "target_modules": ["0"], "use_dora": "dora" in kind}
    if kind == "rows":
        model.append(nn.Linear(2, 2))
        config |= {"target_modules": ["1"], "trainable_token_indices": {"0": [outputs - 1]}}
    inject_lora(model, LoRAConfig(**config))
    tensors = {key.split(".", 3)[-1]: tensor for key, tensor in adapter_tensors(model).items()}
    randomise(tensors, seed)
    base = layer.weight
    W = base.detach().double()
    if kind == "rows":
        exact, size = W.clone(), W.abs()
        exact[-1] = tensors["token_adapter.trainable_tokens_delta"].detach()[0].double()
        size[-1] = 0
    else:
        A = tensors["lora_embedding_A" if "embedding" in kind else "lora_A.weight"].detach().double()
        B = tensors["lora_embedding_B" if "embedding" in kind else "lora_B.weight"].detach().double()
        change, changed_size = scale * B @ A, scale * B.abs() @ A.abs()
        exact, size = (
            (W + change.T, W.abs() + changed_size.T)
            if "embedding" in kind
            else (
                W + change,
                W.abs() + changed_size,
            )
        )
    terms = r + 4
    if "dora" in kind:
        dim = 0 if "embedding" in kind else 1
        norm = exact.norm(dim=dim, keepdim=True)
        m = tensors["lora_magnitude_vector"].detach().double()
        m = m[None] if dim == 0 else m[:, None]
        # the norm's relative error: that of each of its terms, and of the sum of their squares
        relative = (size.norm(dim=dim, keepdim=True) / norm) * terms + exact.shape[dim]
        size = (m / norm).abs() * (size + exact.abs() * relative / terms)
        exact = exact * m / norm
    merge_lora(model)
    merged = model.state_dict()["0.base_layer.weight"].double()
    narrow, fp32 = torch.finfo(dtype), torch.finfo(torch.float32)
    bound = narrow.eps / 2 * exact.abs() * 1.01 + fp32.eps / 2 * terms * size + narrow.smallest_normal * narrow.eps
    assert bool(((merged - exact).abs() <= bound).all())
    unmerge_lora(model)
    assert model.state_dict()["0.base_layer.weight"].data_ptr() == base.data_ptr()
    assert torch.equal(base.detach().double(), W)


def _adapted(folder: Path, out: Path, **options: Any) -> Decoder:
    """The model in `folder` with new rows and a random adapter, saved in `out`."""
    model = load_model(folder, torch.bfloat16 if "bf16" in out.name else torch.float32)
    if isinstance(options.get("trainable_token_indices"), list):
        model.resize_vocabulary(515)
        with torch.no_grad():
            model.model.embed_tokens.weight[512:] = model.model.embed_tokens.weight[:512].mean(0)
    inject_lora(model, LoRAConfig(**{"r": 4, "target_modules": "all-linear", **options}))
    randomise(adapter_tensors(model))
    save_adapter(model, out)
    return model.eval()


def _greedy(model: Any, prompt: list[int]) -> list[int]:
    """32 greedy tokens of a model of transformers, without its cache or its generation settings."""
    ids = list(prompt)
    with torch.no_grad():
        for _ in range(32):
            ids.append(int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()))
    return ids[len(prompt) :]


EXPORTS: dict[str, tuple[dict[str, Any], bool]] = {  # options, and whether the head is still tied after
    "projections": ({}, True),
    "dora": ({"use_dora": True}, True),
    "new-rows": ({"trainable_token_indices": [512, 513, 514]}, True),
    "course-heads": ({"target_modules": ["q_proj", "embed_tokens", "lm_head"]}, False),
    "embedding-only": ({"target_modules": ["embed_tokens"]}, False),
    "saved-head": ({"modules_to_save": ["lm_head"]}, False),
    "rows-of-the-head-alone": ({"trainable_token_indices": {"lm_head": [500, 501]}}, False),
}


@pytest.mark.parity
@pytest.mark.parametrize("name", EXPORTS)
def test_a_merged_checkpoint_opens_in_transformers_with_the_same_answer(
    name: str, tiny_llama_folder: Path, tmp_path: Path
) -> None:
    options, tied = EXPORTS[name]
    live = _adapted(tiny_llama_folder, tmp_path / "adapter", **options)
    prompt = [5, 300, 511, 7, 512 if live.config.vocab_size > 512 else 6]
    with torch.no_grad():
        expected = live(torch.tensor([prompt]))
    answer = list(generate(live, prompt, max_new_tokens=32))
    export_merged(tmp_path / "adapter", tmp_path / "merged", None)
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path / "merged").eval()
    assert theirs.config.tie_word_embeddings is tied
    assert (theirs.lm_head.weight is theirs.model.embed_tokens.weight) is tied
    assert theirs.config.vocab_size == live.config.vocab_size == len(theirs.lm_head.weight)
    with torch.no_grad():
        torch.testing.assert_close(theirs(input_ids=torch.tensor([prompt])).logits, expected, atol=1e-4, rtol=1e-5)
    assert _greedy(theirs, prompt) == answer
    ours = load_model(tmp_path / "merged")
    assert list(generate(ours, prompt, max_new_tokens=32)) == answer
    assert AutoTokenizer.from_pretrained(tmp_path / "merged")("hello").input_ids


def test_the_adapters_tokenizer_goes_along(tiny_llama_folder: Path, tmp_path: Path) -> None:
    _adapted(tiny_llama_folder, tmp_path / "adapter")
    (tmp_path / "adapter" / "tokenizer.json").write_text('{"mine": 1}')
    (tmp_path / "adapter" / "chat_template.jinja").write_text("mine")
    export_merged(tmp_path / "adapter", tmp_path / "merged", str(tiny_llama_folder))
    names = {path.name for path in (tmp_path / "merged").iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja"} <= names
    assert "adapter_config.json" not in names
    assert json.loads((tmp_path / "merged" / "tokenizer.json").read_text()) == {"mine": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter", "merged"]


@pytest.mark.parity
def test_a_bf16_checkpoint_stays_bf16_and_is_rounded_once(tiny_llama_folder: Path, tmp_path: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(tiny_llama_folder, dtype=torch.bfloat16)
    model.save_pretrained(tmp_path / "base")
    config = json.loads((tmp_path / "base" / "config.json").read_text())
    (tmp_path / "base" / "config.json").write_text(json.dumps(config | {"dtype": None}))  # the weights say it
    live = _adapted(tmp_path / "base", tmp_path / "adapter-bf16", target_modules=["q_proj"])
    export_merged(tmp_path / "adapter-bf16", tmp_path / "merged", str(tmp_path / "base"))
    written = load_file(tmp_path / "merged" / "model.safetensors")
    assert {tensor.dtype for tensor in written.values()} == {torch.bfloat16}
    assert json.loads((tmp_path / "merged" / "config.json").read_text())["dtype"] == "bfloat16"
    layer: Any = live.get_submodule("model.layers.1.self_attn.q_proj")
    summed = layer.base_layer.weight.float() + layer.lora_B.weight @ layer.lora_A.weight * layer.scaling
    merged = written["model.layers.1.self_attn.q_proj.weight"]
    unlike = (merged != summed.bfloat16()).float().mean()
    assert float(unlike) < 0.01  # where the fp32 sums, done in another order, fall on two sides of a rounding


def test_drift_is_refused_and_nothing_is_written(
    tiny_llama_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _adapted(tiny_llama_folder, tmp_path / "adapter")
    with monkeypatch.context() as patch:
        patch.setattr(lora.merge, "merge_lora", lambda model: None)
        with pytest.raises(InputError, match="merging moves logits"):
            export_merged(tmp_path / "adapter", tmp_path / "merged", None)
    with monkeypatch.context() as patch:
        patch.setattr("model.save.load_model", lambda *_: load_model(tiny_llama_folder))
        with pytest.raises(InputError, match="read back"):
            export_merged(tmp_path / "adapter", tmp_path / "merged", None)
    assert [path.name for path in tmp_path.iterdir()] == ["adapter"]


def test_nan_is_refused_with_nothing_changed(tiny_llama_folder: Path, tmp_path: Path) -> None:
    model = _adapted(tiny_llama_folder, tmp_path / "adapter")
    parameter = model.get_parameter("model.layers.1.mlp.down_proj.lora_B.weight")
    before = {key: value.clone() for key, value in model.state_dict().items()}
    kept = parameter[0, 0].item()
    for value in (math.nan, math.inf):
        with torch.no_grad():
            parameter[0, 0] = value
        with pytest.raises(InputError, match=r"layers.1.mlp.down_proj would hold NaN or infinity"):
            merge_lora(model)
    with torch.no_grad():
        parameter[0, 0] = kept
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())
    merge_lora(model)


def test_tied_weights_part_only_where_they_must_and_come_together_again(
    tiny_llama_folder: Path, tmp_path: Path
) -> None:
    for name, (options, tied) in EXPORTS.items():
        model = _adapted(tiny_llama_folder, tmp_path / name, **options)
        unload_lora(model)
        assert model.lm_head.weight is model.model.embed_tokens.weight
        load_adapter(model, tmp_path / name)
        for _ in range(2):
            merge_lora(model)
            unmerge_lora(model)
        merge_lora(model)
        unload_lora(model)
        assert (model.lm_head.weight is model.model.embed_tokens.weight) is tied, name


@pytest.mark.parity
def test_a_sum_of_adapters_is_the_sum_of_their_changes(tiny_llama_folder: Path, tmp_path: Path) -> None:
    """Against the weights themselves, and against peft's own weighted sum (combination_type "cat")."""
    parts = {
        "a": {"r": 3, "lora_alpha": 7, "target_modules": ["q_proj", "up_proj", "embed_tokens"]},
        "b": {"r": 5, "rank_pattern": {"v_proj": 2}, "use_rslora": True, "target_modules": ["q_proj", "v_proj"]},
    }
    expected: dict[str, Tensor] = {}
    base = load_model(tiny_llama_folder).state_dict()
    for (name, options), number in zip(parts.items(), (0.75, -0.5), strict=True):
        model = _adapted(tiny_llama_folder, tmp_path / name, **options)
        randomise(adapter_tensors(model), seed=len(expected) + 1)
        save_adapter(model, tmp_path / name)
        merge_lora(model)
        unload_lora(model)
        for key, weight in model.state_dict().items():
            if key != "lm_head.weight":
                expected[key] = expected.get(key, base[key]) + number * (weight - base[key])
    tensors = {name: load_file(tmp_path / name / "adapter_model.safetensors") for name in parts}
    for name, values in tensors.items():  # so that only changes, and no whole weights, are added
        values.pop("base_model.model.model.embed_tokens.base_layer.weight", None)
        save_file(values, tmp_path / name / "adapter_model.safetensors")
    add_adapters([(tmp_path / "a", 0.75), (tmp_path / "b", -0.5)], tmp_path / "sum")
    model = load_model(tiny_llama_folder)
    config = load_adapter(model, tmp_path / "sum")
    assert config.r == 8
    assert config.rank_pattern["model.layers.0.self_attn.v_proj"] == 2
    merge_lora(model)
    unload_lora(model)
    for key, weight in expected.items():
        torch.testing.assert_close(model.state_dict()[key], weight, atol=1e-5, rtol=1e-5)
    theirs = peft.PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny_llama_folder), tmp_path / "sum")
    ids = torch.tensor([[5, 300, 511]])
    live = load_model(tiny_llama_folder)
    load_adapter(live, tmp_path / "sum")
    with torch.no_grad():
        torch.testing.assert_close(live(ids), theirs(input_ids=ids).logits, atol=1e-5, rtol=1e-5)


@pytest.mark.parity
def test_a_sum_agrees_with_pefts(tiny_llama_folder: Path, tmp_path: Path) -> None:
    for seed, name in enumerate("ab"):
        model = _adapted(tiny_llama_folder, tmp_path / name, r=3 + seed, target_modules=["q_proj", "down_proj"])
        randomise(adapter_tensors(model), seed)
        save_adapter(model, tmp_path / name)
    theirs = peft.PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(tiny_llama_folder), tmp_path / "a", adapter_name="a"
    )
    theirs.load_adapter(str(tmp_path / "b"), adapter_name="b")
    theirs.add_weighted_adapter(["a", "b"], [0.3, 0.9], "c", combination_type="cat")  # type: ignore[operator]
    theirs.set_adapter("c")
    add_adapters([(tmp_path / "a", 0.3), (tmp_path / "b", 0.9)], tmp_path / "sum")
    ours = load_model(tiny_llama_folder)
    load_adapter(ours, tmp_path / "sum")
    ids = torch.tensor([[5, 300, 511]])
    with torch.no_grad():
        torch.testing.assert_close(ours(ids), theirs(input_ids=ids).logits, atol=1e-5, rtol=1e-5)


def test_rows_are_averaged_and_what_has_no_sum_is_refused(tiny_llama_folder: Path, tmp_path: Path) -> None:
    rows = {"trainable_token_indices": [512, 514]}
    for name, options in {
        "a": rows,
        "b": rows,
        "plain": {},
        "dora": {"use_dora": True},
        "bias": {"bias": "all"},
    }.items():
        _adapted(tiny_llama_folder, tmp_path / name, **options)
    key = "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta"
    a, b = (load_file(tmp_path / name / "adapter_model.safetensors") for name in "ab")
    b[key] = b[key] + 1
    save_file(b, tmp_path / "b" / "adapter_model.safetensors")
    add_adapters([(tmp_path / "a", 0.25), (tmp_path / "b", 0.75)], tmp_path / "mean")
    mean = load_file(tmp_path / "mean" / "adapter_model.safetensors")[key]
    torch.testing.assert_close(mean, 0.25 * a[key] + 0.75 * b[key])
    refused = {
        "numbers must add to 1": [("a", 0.5), ("b", 0.6)],
        "differ in trainable_token_indices": [("a", 0.5), ("plain", 0.5)],
        "differ in bias": [("plain", 0.5), ("bias", 0.5)],
        "DoRA": [("plain", 0.5), ("dora", 0.5)],
    }
    for message, parts in refused.items():
        with pytest.raises(InputError, match=message):
            add_adapters([(tmp_path / name, number) for name, number in parts], tmp_path / "none")
    shapes = load_file(tmp_path / "plain" / "adapter_model.safetensors")
    (tmp_path / "wide").mkdir()
    (tmp_path / "wide" / "adapter_config.json").write_text((tmp_path / "plain" / "adapter_config.json").read_text())
    save_file({k: torch.ones(len(t), 99) for k, t in shapes.items()}, tmp_path / "wide" / "adapter_model.safetensors")
    with pytest.raises(InputError, match="different shapes"):
        add_adapters([(tmp_path / "plain", 0.5), (tmp_path / "wide", 0.5)], tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_command_line(
    tiny_llama_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["merge", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            command_line(lora.merge.main)()
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.err if ended.value.code else output.out

    _adapted(tiny_llama_folder, tmp_path / "a")
    code, text = run("--adapter", tmp_path / "a", "--output-dir", tmp_path / "deep" / "merged")
    assert code == 0
    assert str(tiny_llama_folder) in text
    assert load_model(tmp_path / "deep" / "merged").config.vocab_size == 512
    assert run("--add", f"{tmp_path}/a=0.5", f"{tmp_path}/a=0.5", "--output-dir", tmp_path / "sum")[0] == 0
    bad = {
        "exists already; give a new folder": ("--add", f"{tmp_path}/a=0.5", "--output-dir", tmp_path / "sum"),
        "'a' is not DIR=NUMBER": ("--add", "a", "--output-dir", tmp_path / "x"),
        "'0.5' is not DIR=NUMBER": ("--add", "0.5", "--output-dir", tmp_path / "x"),
        "'a=nan' is not DIR=NUMBER": ("--add", "a=nan", "--output-dir", tmp_path / "x"),
        "--model belongs to --adapter": ("--add", "a=1", "--model", "m", "--output-dir", tmp_path / "x"),
        "no such folder": ("--adapter", tmp_path / "a", "--model", "nowhere/x", "--output-dir", tmp_path / "x"),
        "cannot be written": (
            "--adapter",
            tmp_path / "a",
            "--output-dir",
            tmp_path / "a" / "adapter_config.json" / "x",
        ),
    }
    for message, arguments in bad.items():
        code, text = run(*arguments)
        assert code == 2
        assert message.lower() in text.splitlines()[-1].lower()
        assert not (tmp_path / "x").exists()
    command = [sys.executable, "-m", "lora.merge", "--adapter", "nowhere", "--output-dir", str(tmp_path / "x")]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 2
    assert process.stderr == "error: cannot read nowhere/adapter_config.json: No such file or directory\n"
