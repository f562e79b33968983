"""The quick way for one position, against a pass over everything, with and without an adapter."""

import pytest
import torch

from lora import LoRAConfig, inject_lora, merge_lora, unmerge_lora
from model import KVCache, generate, load_model

IDS = torch.randint(3, 512, (1, 40), generator=torch.Generator().manual_seed(0))


def logits_one_by_one(model, start):
    """Logits at each position from `start` on, each computed after those before it; and the cache."""
    cache = KVCache(capacity=start + 2)  # it grows on the way
    with torch.no_grad():
        model.hidden(IDS[:, :start], cache=cache)
        logits = [model(IDS[:, i : i + 1], cache=cache)[0, -1] for i in range(start, IDS.shape[1])]
    return torch.stack(logits), cache


@pytest.mark.parametrize("start", [1, 10])
def test_each_position_equals_a_pass_over_all(tiny_llama_folder, start):
    model = load_model(tiny_llama_folder)
    logits, cache = logits_one_by_one(model, start)
    assert cache.step is not None
    assert cache.length == IDS.shape[1]
    torch.testing.assert_close(logits, model(IDS)[0, start:], atol=1e-4, rtol=0)


def test_each_row_of_a_batch_equals_a_pass_over_all(tiny_llama_folder):
    model, starts = load_model(tiny_llama_folder), (10, 30, 1)
    batch = KVCache(capacity=40, rows=3, least=30)
    with torch.no_grad():
        for start in starts:
            single = KVCache()
            model.hidden(IDS[:, :start], cache=single)
            batch.place(single)
        assert batch.step is not None
        for i in range(10):
            logits = model(IDS[0, [start + i for start in starts]][:, None], cache=batch)[:, 0]
            expected = [model(IDS[:, : start + i + 1])[0, -1] for start in starts]
            torch.testing.assert_close(logits, torch.stack(expected), atol=1e-4, rtol=0)


@pytest.mark.parametrize("use_dora", [False, True])
def test_an_adapter_is_quick_once_merged_and_unmerged_exactly_after(tiny_llama_folder, use_dora):
    model = load_model(tiny_llama_folder)
    plain, _ = logits_one_by_one(model, 10)
    inject_lora(model, LoRAConfig(r=4, target_modules="all-linear", trainable_token_indices=[7, 9], use_dora=use_dora,
                                  init_lora_weights=False))  # fmt: skip
    before, cache = logits_one_by_one(model.eval(), 10)
    assert cache.step is None
    assert (before - plain).abs().max() > 0.01
    text = list(generate(model, IDS[0].tolist(), max_new_tokens=20))
    merge_lora(model)
    merged, cache = logits_one_by_one(model, 10)
    assert cache.step is not None
    torch.testing.assert_close(merged, before, atol=1e-4, rtol=0)
    assert list(generate(model, IDS[0].tolist(), max_new_tokens=20)) == text
    unmerge_lora(model)
    assert torch.equal(logits_one_by_one(model, 10)[0], before)


def test_it_is_left_alone_with_gradients_and_other_dtypes(tiny_llama_folder):
    model = load_model(tiny_llama_folder)
    cache = KVCache()
    model.hidden(IDS, cache=cache)
    assert model.hidden(IDS[:, :1], cache=cache).requires_grad
    half, cache = load_model(tiny_llama_folder, dtype=torch.bfloat16), KVCache()
    half.hidden(IDS, cache=cache)
    assert cache.step is None
