"""Every family against transformers: tiny random models saved by it and loaded by us."""

import json

import pytest
import torch
import transformers

from errors import InputError
from model import KVCache, ModelConfig, generate, generate_batch, load_model

SMALL = {
    "vocab_size": 97,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,  # not hidden / heads: a trap
    "max_position_embeddings": 256,
    "initializer_range": 0.15,  # logits that differ where a layer is wrong
}
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 500000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
CASES = {
    "llama": ("Llama", {}),
    "llama-bias": ("Llama", {"attention_bias": True, "mlp_bias": True}),
    "llama-llama3-rope": ("Llama", {"rope_parameters": LLAMA3_ROPE}),
    "llama-linear-rope": ("Llama", {"rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 1e4}}),
    "mistral-window": ("Mistral", {"sliding_window": 16}),
    "qwen2": ("Qwen2", {}),
    "qwen2-window": ("Qwen2", {"use_sliding_window": True, "sliding_window": 16, "max_window_layers": 2}),
    "qwen3": ("Qwen3", {}),
    "gemma2": ("Gemma2", {"sliding_window": 16, "query_pre_attn_scalar": 24}),
    "gemma3": ("Gemma3Text", {"sliding_window": 16, "query_pre_attn_scalar": 24, "num_hidden_layers": 7}),
}
LENGTH = 60  # longer than every window and than llama3's original_max_position_embeddings


@pytest.fixture(scope="module", params=[(case, tied) for case in CASES for tied in (True, False)], ids=str)
def pair(request, tmp_path_factory):
    """A reference model and the folder it was saved to."""
    (family, settings), tied = CASES[request.param[0]], request.param[1]
    kind = family.replace("Text", "")
    config = getattr(transformers, f"{family}Config" if family != "Gemma3Text" else "Gemma3TextConfig")(
        **SMALL | settings, tie_word_embeddings=tied, pad_token_id=0, eos_token_id=1, bos_token_id=2
    )
    config._attn_implementation = "eager" if family == "Gemma2" else "sdpa"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        reference = getattr(transformers, f"{kind}ForCausalLM")(config).eval()
        for name, parameter in reference.named_parameters():
            if "norm" in name or "bias" in name:  # constants by default: make them count
                torch.nn.init.normal_(parameter, 1.0 if "norm" in name and "emma" not in kind else 0.0, 0.2)
    folder = tmp_path_factory.mktemp("model")
    reference.save_pretrained(folder)
    return reference, folder


@pytest.fixture
def ids():
    return torch.randint(3, 97, (2, LENGTH), generator=torch.Generator().manual_seed(1))


@pytest.mark.parity
def test_logits_equal_transformers(pair, ids):
    reference, folder = pair
    with torch.no_grad():
        torch.testing.assert_close(load_model(folder)(ids), reference(ids).logits, atol=1e-5, rtol=1e-5)


@pytest.mark.parity
def test_bf16_logits_stay_within_its_rounding(pair, ids):
    """bf16 keeps 8 bits, so no two orders of roundings agree; ours may not lie further from fp32 than transformers'."""
    reference, folder = pair
    with torch.no_grad():
        exact = reference(ids).logits
        theirs = (type(reference).from_pretrained(folder, dtype=torch.bfloat16)(ids).logits - exact).abs().mean()
        ours = (load_model(folder, dtype=torch.bfloat16)(ids) - exact).abs().mean()
    assert ours <= 1.5 * theirs


@pytest.mark.parity
def test_gradients_at_the_embeddings_equal_transformers(pair, ids):
    reference, folder = pair
    model = load_model(folder)
    gradients = []
    for run in ("ours", "theirs"):
        embeds = reference.get_input_embeddings().weight[ids].detach().requires_grad_()
        if run == "ours":
            logits = model.logits(model.hidden(ids, inputs_embeds=embeds))
        else:
            # Gemma's embedding module scales; a model given embeddings expects them scaled already.
            scale = SMALL["hidden_size"] ** 0.5 if model.config.embedding_scale else 1.0
            logits = reference(inputs_embeds=embeds * scale).logits
        torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten()).backward()
        gradients.append(embeds.grad)
    torch.testing.assert_close(*gradients, atol=1e-5, rtol=1e-4)


@pytest.mark.parity
def test_greedy_tokens_equal_transformers_with_and_without_cache(pair, ids):
    reference, folder = pair
    model = load_model(folder)
    prompt = ids[:1, :20]
    theirs = reference.generate(prompt, max_new_tokens=64, min_new_tokens=64, do_sample=False, suppress_tokens=[1])
    cached, plain = list(generate_without_eos(model, prompt)), prompt.tolist()[0]
    with torch.no_grad():
        for _ in range(64):
            logits = model(torch.tensor([plain]))[0, -1]
            logits[1] = -torch.inf
            plain.append(int(logits.argmax()))
    assert theirs[0, 20:].tolist() == plain[20:]
    assert cached == plain[20:]


def generate_without_eos(model, prompt):
    """Greedy, with the end-of-sequence token ruled out as in the reference."""
    head = model.logits
    model.logits = lambda hidden: head(hidden).index_fill(-1, torch.tensor([1]), -torch.inf)
    return generate(model, prompt, max_new_tokens=64)


def test_a_kept_cache_continues_exactly(pair, ids):
    model = load_model(pair[1])
    cache, prompt = KVCache(), ids[0, :30].tolist()
    first = list(generate(model, prompt, max_new_tokens=8, cache=cache))
    longer = prompt + first + ids[1, :10].tolist()
    held = cache.length
    assert held == len(prompt) + 7  # all but the last token, which was never fed
    assert list(generate(model, longer, max_new_tokens=8, cache=cache)) == list(
        generate(model, longer, max_new_tokens=8)
    )
    changed = prompt[:10] + ids[1, 10:20].tolist()  # shares ten tokens with what the cache holds
    assert list(generate(model, changed, max_new_tokens=8, cache=cache)) == list(
        generate(model, changed, max_new_tokens=8)
    )


def test_a_left_padded_batch_equals_single_runs(pair, ids):
    model = load_model(pair[1])
    prompts = [ids[0, :40].tolist(), ids[1, :7].tolist(), ids[0, 5:28].tolist()]
    single = [list(generate(model, prompt, max_new_tokens=20, stop_ids=[5, 6, 7])) for prompt in prompts]
    assert generate_batch(model, prompts, max_new_tokens=20, stop_ids=[5, 6, 7]) == single


def test_packed_documents_equal_separate_ones(pair, ids):
    model = load_model(pair[1])
    documents = [ids[0, :25], ids[1, :33], ids[0, 30:32]]
    with torch.no_grad():
        packed = model(torch.cat(documents)[None], documents=tuple(map(len, documents)))[0]
        separate = torch.cat([model(document[None])[0] for document in documents])
    torch.testing.assert_close(packed, separate, atol=1e-5, rtol=1e-5)


def test_gradient_checkpointing_changes_nothing(pair, ids):
    gradients = []
    for on in (False, True):
        model = load_model(pair[1]).train()
        model.requires_grad_(True)
        model.gradient_checkpointing = on
        model(ids).logsumexp(-1).sum().backward()
        gradients.append({name: parameter.grad for name, parameter in model.named_parameters()})
    torch.testing.assert_close(*gradients, atol=0, rtol=0)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"model_type": "gpt2"}, "gpt2"),
        ({"hidden_act": "relu"}, "relu"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, "yarn"),
        ({"rope_scaling": {"rope_type": "llama3", "factor": 4.0}}, "low_freq_factor"),
        ({"quantization_config": {"bits": 4}}, "quantization_config"),
        ({"partial_rotary_factor": 0.5}, "partial_rotary_factor"),
        ({"num_local_experts": 8}, "num_local_experts"),
        ({"hidden_size": None}, "hidden_size"),
        ({"vocab_size": "many"}, "vocab_size"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_config_that_would_compute_something_else_is_refused_by_name(change, names):
    raw = {"model_type": "llama", **SMALL} | change
    with pytest.raises(InputError, match=names):
        ModelConfig.from_dict(raw)


def test_the_older_config_form_reads_like_todays():
    base = {"model_type": "llama", **SMALL}
    scaling = {key: value for key, value in LLAMA3_ROPE.items() if key != "rope_theta"}
    old = ModelConfig.from_dict(base | {"rope_theta": 500000.0, "rope_scaling": scaling})
    assert old == ModelConfig.from_dict(base | {"rope_parameters": LLAMA3_ROPE})
    gemma = {**SMALL, "model_type": "gemma3_text", "sliding_window": 16}
    today = {
        "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
        "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
    }
    old = {"rope_theta": 1e6, "rope_local_base_freq": 1e4, "rope_scaling": {"rope_type": "linear", "factor": 8.0}}
    assert ModelConfig.from_dict(gemma | {"rope_parameters": today}) == ModelConfig.from_dict(gemma | old)


def test_damaged_weights_are_named(tiny_llama_folder, tmp_path):
    from safetensors.torch import load_file, save_file

    def folder(change):
        config = json.loads((tiny_llama_folder / "config.json").read_text())
        (tmp_path / "config.json").write_text(json.dumps(config))
        state = load_file(tiny_llama_folder / "model.safetensors")
        change(state)
        save_file(state, tmp_path / "model.safetensors")
        return tmp_path

    name = "model.layers.1.mlp.up_proj.weight"
    with pytest.raises(InputError, match=f"missing.*{name}"):
        load_model(folder(lambda state: state.pop(name)))
    with pytest.raises(InputError, match=r"model\.extra\.weight"):
        load_model(folder(lambda state: state.update({"model.extra.weight": torch.zeros(1)})))
    with pytest.raises(InputError, match=f"{name} has shape"):
        load_model(folder(lambda state: state.update({name: torch.zeros(2, 2)})))
    whole = (tiny_llama_folder / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged"):
        load_model(tmp_path)


def test_sampling_follows_seed_temperature_and_top_p(tiny_llama_folder):
    model, prompt = load_model(tiny_llama_folder), [1, 5, 9]
    draw = lambda **how: list(generate(model, prompt, max_new_tokens=40, **how))  # noqa: E731
    assert draw(temperature=1.0, seed=3) == draw(temperature=1.0, seed=3)
    assert draw(temperature=1.0, seed=3) != draw(temperature=1.0, seed=4)
    assert draw(temperature=5.0, top_p=1e-6, seed=3) == draw()  # only the likeliest token is left
    with torch.no_grad():
        probabilities = model(torch.tensor([prompt]))[0, -1].softmax(-1)
    allowed = set(
        probabilities.argsort(descending=True)[
            : int((probabilities.sort(descending=True)[0].cumsum(0) < 0.5).sum()) + 1
        ].tolist()
    )
    firsts = {
        next(iter(generate(model, prompt, max_new_tokens=1, temperature=1.0, top_p=0.5, seed=s))) for s in range(60)
    }
    assert firsts <= allowed
    assert len(firsts) > 1 or len(allowed) == 1
