"""Packing: nothing lost, nothing too long, close to lower bounds; where a conversation is cut; and the same loss."""

import itertools
import os
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from data import Conversation, Message, ToolCall, builtin, read_conversations, render
from data.format import IGNORE
from data.packing import fit, join, make_row, pack, padded, part_weights
from data.tokens import tokenize
from errors import InputError
from model import Decoder, ModelConfig, load_tokenizer
from training.loss import masked_cross_entropy
from training.rows import Rows


@given(st.lists(st.integers(1, 100), max_size=60))
def test_every_conversation_is_packed_once_and_no_row_is_too_long(lengths):
    bins = pack(lengths, 100)
    assert Counter(i for chosen in bins for i in chosen) == Counter(range(len(lengths)))
    assert all(sum(lengths[i] for i in chosen) <= 100 for chosen in bins)
    optimum_at_least = -(-sum(lengths) // 100)
    assert len(bins) <= 11 / 9 * max(optimum_at_least, sum(length > 50 for length in lengths)) + len(lengths) / 9 + 1


def test_a_conversation_goes_into_the_fullest_row_that_has_room():
    assert pack([60, 70, 30, 40, 25], 100) == [[1, 2], [0, 3], [4]]
    assert pack([60, 70, 30, 20], 100) == [[1, 2], [0, 3]]


def test_six_thousand_lengths_are_packed_in_under_a_second():
    lengths = np.random.default_rng(0).integers(1, 2048, 6000).tolist()
    began = time.process_time()
    pack(lengths, 2048)
    assert time.process_time() - began < 1  # a twentieth of it, as a rule


# ---------------------------------------------------------------------------------------------------------------------
# How many rows there have to be.


def martello_toth(lengths, capacity):
    """L2 of Martello and Toth (1990, "Lower bounds and reduction procedures for the bin packing problem").

    For every a up to half the capacity: lengths over capacity - a have a row each that nothing from a upwards fits
    into; the rest over half the capacity have one each as well, and what is not smaller than a fills the room in these.
    """
    lengths = np.array(lengths)
    bound = 0
    for a in {0, *lengths[lengths <= capacity // 2].tolist()}:
        alone = lengths > capacity - a
        halves = (lengths > capacity / 2) & ~alone
        small = lengths[(lengths <= capacity / 2) & (lengths >= a)].sum()
        room = halves.sum() * capacity - lengths[halves].sum()
        bound = max(bound, alone.sum() + halves.sum() + max(0, -(-(small - room) // capacity)))
    return int(bound)


def fekete_schepers(lengths, capacity):
    """The bound of their dual feasible function phi (2001, "New classes of fast lower bounds for bin packing").

    For every a up to half the capacity: m = capacity // a lengths from a upwards fit into a row. One over half counts
    m less what still fits beside it, another from a upwards counts 1, and no row holds more than m.
    """
    lengths = np.array(lengths)
    bound = 0
    for a in set(lengths[lengths <= capacity // 2].tolist()):
        m = capacity // a
        counted = np.where(2 * lengths > capacity, m - (capacity - lengths) // a, lengths >= a)
        bound = max(bound, -(-counted.sum() // m))
    return int(bound)


def fewest(lengths, capacity):
    """The optimum, by trying everything."""

    def place(rest, room):
        if not rest:
            return len(room)
        first, *rest = rest
        tried = [place(rest, (*room[:i], r - first, *room[i + 1 :])) for i, r in enumerate(room) if r >= first]
        return min([*tried, place(rest, (*room, capacity - first))])

    return place(lengths, ())


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(1, 20), max_size=6))
def test_the_bounds_are_bounds(lengths):
    optimum = fewest(lengths, 20)
    assert martello_toth(lengths, 20) <= optimum
    assert fekete_schepers(lengths, 20) <= optimum
    assert optimum <= len(pack(lengths, 20))


def test_the_bounds_see_what_the_sum_does_not():
    assert martello_toth([60, 60, 60], 100) == fewest([60, 60, 60], 100) == 3  # the sum says 2
    assert fekete_schepers([35] * 6, 100) == fewest([35] * 6, 100) == 3


REAL = pytest.mark.skipif("CALLORA_DATA" not in os.environ, reason="CALLORA_DATA names no folder with the real data")


@pytest.fixture(scope="module", params=["builtin", pytest.param("real", marks=[REAL, pytest.mark.slow])])
def tokens(request, smollm2_folder):
    """All conversations of the built-in data, or of the files of real data, in the real tokenizer's ids."""
    if request.param == "builtin":
        return tokenize(builtin.conversations(), load_tokenizer(smollm2_folder))
    files = sorted(Path(os.environ["CALLORA_DATA"]).glob("*.jsonl.gz"))
    return tokenize(read_conversations(files), load_tokenizer(smollm2_folder))


@pytest.mark.parametrize("max_length", [1024, 2048])
def test_rows_are_within_a_per_cent_of_the_lower_bound(tokens, max_length):
    lengths = [length for i in range(len(tokens)) if (length := fit(tokens, i, max_length))]
    bound = martello_toth(lengths, max_length)
    if max_length == 2048:  # in the real data no packing comes as near to L2; this bound is the tighter one there
        bound = max(bound, fekete_schepers(lengths, max_length))
    assert len(pack(lengths, max_length)) <= 1.01 * bound


def test_99_of_100_positions_hold_real_tokens(tokens, request):
    """In the built-in data 98: with so few short conversations, packing that searches for full rows gets no further."""
    rows = Rows([tokens], 4096)
    assert rows.tokens == sum(fit(tokens, i, 4096) for i in range(len(tokens)))
    share = 0.98 if "builtin" in request.node.callspec.id else 0.99
    assert rows.tokens >= share * 4096 * len(rows)


# ---------------------------------------------------------------------------------------------------------------------
# What becomes of one conversation.


@pytest.fixture
def two_turns(tiny_tokenizer):
    turns = [
        Message("user", "one"),
        Message("assistant", "first"),
        Message("user", "two"),
        Message("assistant", "last"),
    ]
    conversation = Conversation(tuple(turns), id="x", source="here")
    return tokenize([conversation], tiny_tokenizer), render(conversation, tiny_tokenizer)


def whole(tokens, learn={}, i=0):  # noqa: B006
    return make_row(tokens, i, fit(tokens, i, 10_000), part_weights(tokens, learn))


def test_an_overlong_conversation_is_cut_after_a_whole_turn(two_turns):
    tokens, example = two_turns
    first, last = example.turn_ends
    length = len(example.input_ids)
    for limit in range(1, length + 5):
        kept = fit(tokens, 0, limit)
        assert kept == (length if limit >= length else last if limit >= last else first if limit >= first else 0)
        row = make_row(tokens, 0, kept, part_weights(tokens, {}))
        assert row.input_ids == example.input_ids[:kept]
        assert row.labels == example.labels[:kept]
        assert bool(row.learned) == bool(kept)


def test_an_overlong_conversation_is_dropped_or_refused_where_one_asks_for_it(two_turns):
    tokens, example = two_turns
    length = len(example.input_ids)
    for overlong in ("drop", "error"):
        assert fit(tokens, 0, length, overlong) == length
    assert fit(tokens, 0, length - 1, "drop") == 0
    with pytest.raises(InputError, match=f"conversation x has {length} tokens.*{length - 1}.*truncate or drop"):
        fit(tokens, 0, length - 1, "error")


def test_joined_rows_keep_their_documents(two_turns):
    row = whole(two_turns[0])
    both = join([row, join([row, row])])
    assert both.input_ids == row.input_ids * 3
    assert both.documents == (len(row.input_ids),) * 3
    assert both.conversations == ("x", "x", "x")
    assert both.learned == 3 * row.learned


def test_parts_are_weighted_by_name_and_a_weight_of_zero_unlearns(tiny_tokenizer):
    turn = Message("assistant", "An answer.", thought="A thought.", calls=(ToolCall("go", {"to": "Oslo"}),))
    conversation = Conversation((Message("user", "hello"), turn))
    example, tokens = render(conversation, tiny_tokenizer), tokenize([conversation], tiny_tokenizer)
    row = whole(tokens, {"thought": 0, "call": 0.5, "answer": 2})
    expected = []
    for segment in example.segments:
        weight = {"thought": 0, "call": 0.5, "content": 2}.get(segment.part, 1) if segment.learned else 0
        expected += [weight] * len(segment.input_ids)
    assert row.weights == expected
    assert {0, 0.5, 1, 2} == set(expected)
    assert [label != IGNORE for label in row.labels] == [weight > 0 for weight in expected]
    assert whole(tokens).weights == [float(label != IGNORE) for label in example.labels]


# ---------------------------------------------------------------------------------------------------------------------
# A packed row teaches what its conversations teach one by one.

SHAPE = {"hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8}
FAMILIES = {
    "llama": ("Llama", {}),
    "qwen2": ("Qwen2", {}),
    "qwen3": ("Qwen3", {}),
    "gemma2": ("Gemma2", {"sliding_window": 16, "attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0}),
    "gemma3": ("Gemma3Text", {"sliding_window": 16, "num_hidden_layers": 6}),
}


@pytest.fixture(params=FAMILIES)
def model(request):
    """A random model with every parameter, biases and norms too, away from zero and one."""
    family, own = FAMILIES[request.param]
    config = getattr(transformers, f"{family}Config")(**{"vocab_size": 520, "num_hidden_layers": 2} | SHAPE | own)
    model = Decoder(ModelConfig.from_dict(config.to_dict()))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if "norm" in name else 0.0, 0.2, generator=generator)
    return model


def loss_and_gradients(model, rows, weight):
    """As `train.py` has them: the sum over the rows, by the weight of the whole step."""
    model.zero_grad()
    total = 0.0
    for row in rows:
        ids, labels, weights = (torch.tensor([each]) for each in (row.input_ids, row.labels, row.weights))
        hidden = model.hidden(ids, documents=row.documents)
        loss = masked_cross_entropy(hidden, labels, model.logits, weights) / weight
        loss.backward()
        total += loss.item()
    return total, {name: parameter.grad.clone() for name, parameter in model.named_parameters()}


def distance(one, other):
    return max(float((one[name] - other[name]).abs().max()) for name in one)


def test_loss_and_gradients_of_a_packed_row_are_its_conversations_sum(model, tiny_tokenizer):
    conversations = [
        Conversation((Message("user", f"{i} permitted " * i), Message("assistant", f"Work {i}.", thought="Licence")))
        for i in range(1, 5)
    ]
    tokens = tokenize(conversations, tiny_tokenizer)
    alone = [whole(tokens, {"thought": 0.5}, i) for i in range(4)]
    (packed,) = Rows([tokens], 1024, learn={"thought": 0.5}).epoch(0, 0)
    assert len(packed.documents) == 4
    assert min(packed.documents) > 16, "a sliding window that holds every document is none"
    weight = sum(packed.weights)
    assert weight == sum(sum(row.weights) for row in alone)
    together, gradients = loss_and_gradients(model, [packed], weight)
    summed, expected = loss_and_gradients(model, alone, weight)
    assert abs(together - summed) <= 1e-5
    assert distance(gradients, expected) <= 1e-5
    assert all(gradient.abs().max() > 1e-3 for gradient in expected.values())
    for order in itertools.islice(itertools.permutations(alone), 1, 4):
        _, gradients = loss_and_gradients(model, [join(order)], weight)
        assert distance(gradients, expected) <= 1e-5
    leaking = replace(packed, documents=(len(packed.input_ids),))
    assert distance(loss_and_gradients(model, [leaking], weight)[1], expected) > 1e-3


def test_a_padded_row_ends_with_a_document_of_nothing(two_turns):
    row = whole(two_turns[0])
    length = len(row.input_ids)
    longer = padded(row, length + 3)
    assert (longer.documents, longer.conversations) == ((length, 3), row.conversations)
    assert longer.input_ids[:length] == row.input_ids
    assert longer.labels == [*row.labels, IGNORE, IGNORE, IGNORE]
    assert longer.weights == [*row.weights, 0, 0, 0]
    assert padded(row, length) is row
