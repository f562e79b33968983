"""A constraint has the last word on every id, and what it forces takes one forward pass."""

import pytest
import torch

from model import KVCache, generate, generate_batch, load_model


class Even:
    """Allows even ids, and forces two more after each of them: the next even ones."""

    def next_ids(self, logits, pick):
        allowed = torch.full_like(logits, -torch.inf)
        allowed[::2] = logits[::2]
        token = pick(allowed)
        return [token, (token + 2) % 512, (token + 4) % 512]


class Free:
    def next_ids(self, logits, pick):
        return [pick(logits)]


@pytest.fixture
def model(tiny_llama_folder):
    """The tiny model; `passes` are the lengths of its forward passes."""
    model = load_model(tiny_llama_folder)
    hidden, model.passes = model.hidden, []
    model.hidden = lambda ids, **how: (model.passes.append(ids.shape[1]), hidden(ids, **how))[1]
    return model


PROMPTS = [[5, 9, 40, 41], [7], [100, 3, 3, 8, 21, 60]]


def reference(model, prompt, length):
    """A plain loop without a cache, an id at a time."""
    ids = list(prompt)
    with torch.inference_mode():
        while len(ids) < len(prompt) + length:
            logits = model(torch.tensor([ids]))[0, -1]
            ids += Even().next_ids(logits, lambda scores: int(scores.argmax()))
    return ids[len(prompt) : len(prompt) + length]


@pytest.mark.parametrize("length", [1, 7, 12])
def test_forced_ids_share_a_pass_and_change_nothing(model, length):
    for prompt in PROMPTS:
        model.passes.clear()
        cache = KVCache()
        ids = list(generate(model, prompt, max_new_tokens=length, cache=cache, constraint=Even()))
        assert model.passes == [len(prompt), *[3] * ((length - 1) // 3)]
        assert cache.ids == [*prompt, *ids][: len(cache.ids)]
        assert ids == reference(model, prompt, length)
        assert all(token % 2 == 0 for token in ids)


def test_sampling_and_stop_ids_go_through_a_constraint(model):
    sampled = list(generate(model, PROMPTS[0], max_new_tokens=30, temperature=3.0, seed=1, constraint=Even()))
    assert len(set(sampled)) > 10
    assert all(token % 2 == 0 for token in sampled)
    stop = sampled[4]  # a forced one
    stopped = generate(
        model, PROMPTS[0], max_new_tokens=30, temperature=3.0, seed=1, stop_ids=[stop], constraint=Even()
    )
    assert list(stopped) == sampled[: sampled.index(stop) + 1]


def test_a_constraint_that_allows_all_changes_nothing(model):
    for how in ({}, {"temperature": 2.0, "top_p": 0.9, "seed": 3}):
        plain = list(generate(model, PROMPTS[0], max_new_tokens=20, **how))
        assert list(generate(model, PROMPTS[0], max_new_tokens=20, constraint=Free(), **how)) == plain


def test_each_row_of_a_batch_has_a_constraint_of_its_own(model):
    stop_ids = [reference(model, PROMPTS[2], 9)[7]]  # the third row leaves the batch before the others
    alone = [
        list(generate(model, prompt, max_new_tokens=20, stop_ids=stop_ids, constraint=constraint))
        for prompt, constraint in zip(PROMPTS, (Even(), None, Even()), strict=True)
    ]
    assert len(alone[2]) < 20
    own = (Even(), None, Even()).__getitem__
    assert generate_batch(model, PROMPTS, max_new_tokens=20, stop_ids=stop_ids, constraint=own) == alone
    free = generate_batch(model, PROMPTS, max_new_tokens=20, stop_ids=stop_ids)
    assert generate_batch(model, PROMPTS, max_new_tokens=20, stop_ids=stop_ids, constraint=lambda i: None) == free
