"""Every family against transformers: tiny random models saved by it and loaded by us."""

import json
import sys
from functools import cache

import pytest
import torch
import transformers

from errors import InputError
from lora import LoRAConfig, inject_lora
from model import KVCache, ModelConfig, generate, generate_batch, load_model
from model.attention import Layout, block_mask
from model.config import _MUST_BE_OFF, FAMILIES
from model.decoder import _run_layer
from training.state import trainable

SMALL = {
    "vocab_size": 97,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,  # not hidden / heads: a trap
    "max_position_embeddings": 256,
    "initializer_range": 0.1,  # five times the default: logits that differ where a layer is wrong
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
    "gemma3-linear-rope": (
        "Gemma3Text",
        {
            "sliding_window": 16,
            "rope_parameters": {
                "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
                "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
            },
        },
    ),
}
LENGTH = 60  # longer than every window and than llama3's original_max_position_embeddings


def hub_config(case, **settings):
    family, own = CASES[case]
    ids = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2}
    return getattr(transformers, f"{family}Config")(**SMALL | own | ids | settings)


@pytest.fixture(scope="module", params=[f"{case}-{head}" for case in CASES for head in ("tied", "untied")])
def pair(request, tmp_path_factory):
    """A reference model and the folder it was saved to."""
    case, _, head = request.param.rpartition("-")
    family = CASES[case][0]
    kind = family.removesuffix("Text")
    config = hub_config(case, tie_word_embeddings=head == "tied")
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


def distance(ours, theirs):
    assert ours.shape == theirs.shape
    return float((ours - theirs).abs().max())


@pytest.mark.parity
def test_logits_equal_transformers(pair, ids, differences):
    reference, folder = pair
    with torch.no_grad():
        theirs = reference(ids).logits
        differences.hold("logits", distance(load_model(folder)(ids), theirs))
    assert theirs.std() > 0.1, "logits near zero would agree whatever the layers do"


@pytest.mark.parity
def test_bf16_logits_are_rounded_where_transformers_rounds(pair, ids, differences):
    """How far from transformers' logits, as a share of how far those are from fp32 (mean over all logits).

    bf16 keeps 8 bits. With the same roundings in the same places, two implementations differ only where a sum falls on
    the other side of one: a share near 0. With norms or soft caps rounded elsewhere it is about 1, as for two
    independent walks of roundings; half is between.
    """
    reference, folder = pair
    with torch.no_grad():
        exact = reference(ids).logits
        theirs = type(reference).from_pretrained(folder, dtype=torch.bfloat16)(ids).logits.float()
        ours = load_model(folder, dtype=torch.bfloat16)(ids).float()
    share = (ours - theirs).abs().mean() / (theirs - exact).abs().mean()
    differences.hold("bf16 logits, share of the distance to fp32", float(share), 0.5)


@pytest.mark.parity
def test_gradients_at_the_embeddings_equal_transformers(pair, ids, differences):
    reference, folder = pair
    model = load_model(folder)
    gradients = []
    for run in ("ours", "theirs"):
        embeds = reference.get_input_embeddings().weight[ids].detach().requires_grad_()
        if run == "ours":
            model.model.embed_tokens.forward = lambda _, embeds=embeds: embeds
            logits = model(ids)
        else:
            # Gemma's embedding module scales; a model given embeddings expects them scaled already.
            scale = SMALL["hidden_size"] ** 0.5 if model.config.embedding_scale else 1.0
            logits = reference(inputs_embeds=embeds * scale).logits
        torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten()).backward()
        gradients.append(embeds.grad)
    assert gradients[1].abs().max() > 1e-3
    differences.hold("input gradient", distance(*gradients))


@pytest.mark.parity
def test_greedy_tokens_equal_transformers_with_and_without_cache(pair, ids):
    """64 of them, none twice: left alone, a random model soon repeats one token for ever, and that proves little."""
    reference, folder = pair
    model, prompt = load_model(folder), ids[0, :20].tolist()
    theirs = reference.generate(ids[:1, :20], max_new_tokens=64, no_repeat_ngram_size=1, suppress_tokens=[1])
    head, banned = model.logits, [1, *prompt]
    model.logits = lambda hidden: head(hidden).index_fill(-1, torch.tensor(banned), -torch.inf)
    for token in generate(model, prompt, max_new_tokens=64):
        banned.append(token)
    cached = banned[21:]
    del banned[21:]
    with torch.no_grad():
        for _ in range(64):
            banned.append(int(model(torch.tensor([banned[1:]]))[0, -1].argmax()))
    assert len(set(cached)) == 64
    assert theirs[0, 20:].tolist() == banned[21:]
    assert cached == banned[21:]


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


@pytest.mark.parity
def test_a_left_padded_batch_equals_single_runs(pair, ids, differences, monkeypatch):
    reference, folder = pair
    model = load_model(folder)
    # one shares a prefix with another, one is a prefix of another, one is the same as another, one shares nothing
    prompts = [ids[0, :40], ids[0, :23], torch.cat((ids[0, :30], ids[1, :3])), ids[1, :7], ids[0, :40]]
    seen: dict[int, torch.Tensor] = {}  # logits of the first step and the second
    head = model.logits
    model.logits = lambda hidden: seen.setdefault(len(seen), head(hidden))
    generate_batch(model, [prompt.tolist() for prompt in prompts], max_new_tokens=2)
    continued = [torch.cat((prompt, row.argmax()[None])) for prompt, row in zip(prompts, seen[0], strict=True)]
    with torch.no_grad():
        for step, rows in enumerate((prompts, continued)):
            theirs = torch.stack([reference(row[None]).logits[0, -1] for row in rows])
            differences.hold("left-padded logits", distance(seen[step], theirs))
    del model.logits
    prompts = [prompt.tolist() for prompt in reversed(prompts)]
    unstopped = [list(generate(model, prompt, max_new_tokens=20)) for prompt in prompts]
    assert generate_batch(model, prompts, max_new_tokens=20) == unstopped
    stops = [unstopped[row][length] for row, length in ((0, 2), (2, 5), (1, 9))]  # rows leave the batch one by one
    alone = [list(generate(model, prompt, max_new_tokens=20, stop_ids=stops)) for prompt in prompts]
    for budget in (None, 1, 130):  # all at once, one at a time, two and then more
        assert generate_batch(model, prompts, max_new_tokens=20, stop_ids=stops, budget=budget) == alone
    monkeypatch.setattr(sys.modules["model.generate"], "SPARE", 1)  # the cache is fitted anew often
    assert generate_batch(model, prompts, max_new_tokens=20, budget=130) == unstopped
    prompts = [ids[row, :length].tolist() for row, length in ((0, 40), (1, 40), (0, 10), (1, 10), (1, 7))]
    alone = [list(generate(model, prompt, max_new_tokens=20)) for prompt in prompts]
    at_a_time: list[int] = []
    model.logits = lambda hidden: (at_a_time.append(len(hidden)), head(hidden))[1]
    assert generate_batch(model, prompts, max_new_tokens=20, budget=130) == alone
    assert at_a_time == [2] * 20 + [3] * 20  # three of the shorter ones fit in
    del model.logits


@pytest.mark.parity
def test_packed_documents_equal_separate_ones(pair, ids, differences):
    reference, folder = pair
    model = load_model(folder)
    documents = [ids[0, :25], ids[1, :33], ids[0, 30:32]]
    with torch.no_grad():
        packed = model(torch.cat(documents)[None], documents=tuple(map(len, documents)))[0]
        for module in (model, reference):
            separate = [module(document[None]) for document in documents]
            separate = torch.cat([getattr(output, "logits", output)[0] for output in separate])
            differences.hold("packed logits", distance(packed, separate))


@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
def test_flex_attention_sees_what_one_document_after_another_sees(pair, ids, monkeypatch):
    """What a GPU computes for packed documents (`tests/test_cuda.py` has its gradients), here without its kernel."""
    model, documents = load_model(pair[1]), (25, 190, 2, 83)  # blocks of 128: full ones, empty ones, and parts
    ids = ids.repeat(1, 5)[:1]
    with torch.no_grad():
        expected = model(ids, documents=documents)

        def in_blocks(documents, windows, device, head_dim):
            return Layout(blocks={window: block_mask(documents, window, device) for window in windows})

        monkeypatch.setattr(sys.modules["model.decoder"], "packed", in_blocks)
        assert distance(model(ids, documents=documents), expected) < 1e-5


def adapter_gradients(folder, ids, **how):
    """The gradients of an adapter that is always the same, by name; `how` are the model's switches."""
    model = load_model(folder).train()
    inject_lora(model, LoRAConfig(r=2, lora_alpha=4, target_modules="all-linear", init_lora_weights=False))
    for number, parameter in enumerate(trainable(model).values()):
        torch.nn.init.normal_(parameter, std=0.1, generator=torch.Generator().manual_seed(number))
    for name, value in how.items():
        setattr(model, name, value)
    model(ids).logsumexp(-1).sum().backward()
    return {name: parameter.grad for name, parameter in trainable(model).items()}


@pytest.mark.parametrize("pair", [f"{case}-untied" for case in CASES], indirect=True)  # a layer knows of no head
def test_a_compiled_layer_computes_the_same(pair, ids, monkeypatch):
    """Of AOTAutograd, whose graph torch.compile makes kernels of: the plain forms take the place of the fused ones."""
    torch._dynamo.reset()  # it compiles a function for so many families only
    torch._dynamo.utils.counters.clear()
    compiled = cache(lambda: torch.compile(_run_layer, backend="aot_eager", fullgraph=True))
    monkeypatch.setattr(sys.modules["model.decoder"], "_compiled_layer", compiled)
    gradients = [adapter_gradients(pair[1], ids, torch_compile=on) for on in (False, True)]
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"]
    torch.testing.assert_close(*gradients, atol=1e-4, rtol=1e-4)


def test_gradient_checkpointing_changes_nothing(pair, ids):
    gradients = []
    for on in (False, True):
        model = load_model(pair[1]).train()
        model.requires_grad_(True)
        model.gradient_checkpointing = on
        model(ids).logsumexp(-1).sum().backward()
        gradients.append({name: parameter.grad for name, parameter in model.named_parameters()})
    torch.testing.assert_close(*gradients, atol=0, rtol=0)


def test_activation_offloading_moves_the_layers_inputs_alone(tiny_llama_folder, ids, monkeypatch):
    moved: list[torch.Tensor] = []

    def recorder(pin_memory: bool):
        return torch.autograd.graph.saved_tensors_hooks(lambda saved: moved.append(saved) or saved.clone(), lambda x: x)

    monkeypatch.setattr("model.decoder.save_on_cpu", recorder)
    config, gradients = load_model(tiny_llama_folder).config, []
    for on in (False, True):
        how = {"gradient_checkpointing": True, "activation_offloading": on}
        gradients.append(adapter_gradients(tiny_llama_folder, ids, **how))
        assert len(moved) == on * config.num_hidden_layers
    torch.testing.assert_close(*gradients, atol=0, rtol=0)
    assert {each.shape for each in moved} == {(*ids.shape, config.hidden_size)}


BAD_CONFIGS = {
    "gpt2.*use one of llama, mistral, qwen2, qwen3, gemma2, gemma3_text": {"model_type": "gpt2"},
    "'relu'.*use silu": {"hidden_act": "relu"},
    "'yarn'.*use default, linear or llama3": {"rope_scaling": {"rope_type": "yarn", "factor": 4.0}},
    "'dynamic'.*use default, linear or llama3": {"rope_parameters": {"rope_type": "dynamic", "factor": 4.0}},
    "llama3 needs low_freq_factor": {"rope_scaling": {"rope_type": "llama3", "factor": 4.0}},
    "linear needs factor": {"rope_scaling": {"type": "linear"}},
    "hidden_size should be a positive integer": {"hidden_size": None},
    "vocab_size should be a positive integer": {"vocab_size": "many"},
    "head_dim should be a positive integer": {"head_dim": "16"},
    "num_key_value_heads should be a positive integer": {"num_key_value_heads": 1.5},
    "rms_norm_eps should be a positive number, and is '1e-5'": {"rms_norm_eps": "1e-5"},
    "sliding_window should be a positive integer, and is 'long'": {"model_type": "mistral", "sliding_window": "long"},
    "max_position_embeddings should be a positive integer, and is None": {"max_position_embeddings": None},
    "query_pre_attn_scalar should be a positive number": {"model_type": "gemma2", "query_pre_attn_scalar": 0},
    "attn_logit_softcapping should be a positive number": {"model_type": "gemma2", "attn_logit_softcapping": True},
    "final_logit_softcapping should be a positive number": {"model_type": "gemma2", "final_logit_softcapping": []},
    "layer_types should be sliding_attention or full_attention, 4 times": {
        "model_type": "gemma2",
        "layer_types": ["sliding_attention", "chunked_attention"] * 2,
    },
    "layer_types should": {"model_type": "gemma2", "layer_types": ["full_attention"]},
    "soft caps are supported for gemma2 only": {"model_type": "gemma3_text", "final_logit_softcapping": 30.0},
    "rope_parameters has full_attention alone": {"rope_parameters": {"full_attention": {"rope_theta": 5e5}}},
    "rotates whole heads": {"rope_parameters": {"rope_theta": 1e4, "partial_rotary_factor": 0.5}},
}
ON = {  # for each field of the written list, a value that would change the result
    "quantization_config": {"quant_method": "gptq", "bits": 4},
    "partial_rotary_factor": 0.5,
    "num_local_experts": 8,
    "num_experts": 8,
    "use_bidirectional_attention": True,
    "attention_multiplier": 0.02,
    "residual_multiplier": 0.2,
    "embedding_multiplier": 12.0,
    "logits_scaling": 8.0,
    "attention_sinks": True,
    "layer_norm_eps": 1e-5,
    "clip_qkv": 8.0,
}


@pytest.mark.parametrize("message", BAD_CONFIGS)
def test_a_config_that_would_compute_something_else_is_refused_by_name(message):
    with pytest.raises(InputError, match=message):
        ModelConfig.from_dict({"model_type": "llama", **SMALL} | BAD_CONFIGS[message])


@pytest.mark.parametrize("change", [{"hidden_act": ["silu"]}, {"rope_scaling": "linear"}, {"layer_types": 3}], ids=str)
def test_a_value_of_another_kind_is_one_line(change, tmp_path):
    config = {"model_type": "gemma2", **SMALL} | change
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(InputError, match=r"config\.json: a value of another kind than it should be"):
        ModelConfig.from_folder(tmp_path)


def test_a_soft_cap_or_window_of_null_is_none():
    null = dict.fromkeys(("attn_logit_softcapping", "final_logit_softcapping", "sliding_window"))
    config = ModelConfig.from_dict({"model_type": "gemma2", **SMALL} | null)
    assert (config.attention_softcap, config.logit_softcap, config.sliding_window) == (None, None, None)
    assert not any(config.sliding_layers)


def test_a_rope_theta_of_null_is_the_familys():
    config = {"model_type": "llama", **SMALL}
    assert ModelConfig.from_dict(config | {"rope_theta": None}) == ModelConfig.from_dict(config)


@pytest.mark.parametrize("field", _MUST_BE_OFF)
def test_every_field_of_the_written_list_is_refused_by_name_with_what_is_supported(field):
    with pytest.raises(InputError, match=rf"{field} = .* is not supported \(only .* or absent\)"):
        ModelConfig.from_dict({"model_type": "llama", **SMALL, field: ON[field]})


@pytest.mark.parity
@pytest.mark.parametrize("case", CASES)
def test_the_older_config_form_reads_like_todays(case):
    """transformers writes today's form; the older one has the rope's fields apart and no list of layer types."""
    today = json.loads(hub_config(case).to_json_string(use_diff=False))
    old = {key: value for key, value in today.items() if key not in ("rope_parameters", "layer_types")}
    rope = today["rope_parameters"]
    if "full_attention" in rope:
        old["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        rope = rope["full_attention"]
    old["rope_theta"] = rope["rope_theta"]
    old["rope_scaling"] = None
    if rope["rope_type"] != "default":
        old["rope_scaling"] = {"type" if key == "rope_type" else key: rope[key] for key in rope if key != "rope_theta"}
    assert ModelConfig.from_dict(old) == ModelConfig.from_dict(today)


def test_a_rope_without_a_base_of_its_own_takes_the_configs():
    """As transformers does (`convert_rope_params_to_dict`)."""
    config = ModelConfig.from_dict(
        {"model_type": "llama", **SMALL, "rope_theta": 5e5, "rope_parameters": {"factor": 2.0}}
    )
    assert config.rope.theta == 5e5


@pytest.mark.parity
@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_config_leaves_out_is_what_transformers_takes_for_it(family):
    sizes = {key: SMALL[key] for key in SMALL if key not in ("head_dim", "max_position_embeddings")}
    whole = json.loads(transformers.AutoConfig.for_model(family, **sizes).to_json_string(use_diff=False))
    bare = {"model_type": family, **sizes, **{key: whole[key] for key in ("max_position_embeddings", "eos_token_id")}}
    assert ModelConfig.from_dict(bare) == ModelConfig.from_dict(whole)


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


def test_a_batch_of_nothing(tiny_llama_folder):
    model = load_model(tiny_llama_folder)
    assert generate_batch(model, [[1], [2, 3]], max_new_tokens=0) == [[], []]
    assert generate_batch(model, [], max_new_tokens=5) == []
    with pytest.raises(ValueError, match="a prompt is empty"):
        generate_batch(model, [[1], []], max_new_tokens=5)
    assert list(generate(model, [1, 2], max_new_tokens=3, temperature=1.0, top_p=0.0, seed=1)) == list(
        generate(model, [1, 2], max_new_tokens=3)
    )
