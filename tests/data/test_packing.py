"""Packing: nothing lost, nothing too long, close to the lower bound; and where an overlong conversation is cut."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import Conversation, Message, ToolCall, render
from data.format import IGNORE
from data.packing import fit, join, pack
from errors import InputError


@given(st.lists(st.integers(1, 100), max_size=60))
def test_every_conversation_is_packed_once_and_no_row_is_too_long(lengths):
    bins = pack(lengths, 100)
    assert Counter(i for chosen in bins for i in chosen) == Counter(range(len(lengths)))
    assert all(sum(lengths[i] for i in chosen) <= 100 for chosen in bins)
    optimum_at_least = -(-sum(lengths) // 100)
    assert len(bins) <= 11 / 9 * max(optimum_at_least, sum(length > 50 for length in lengths)) + len(lengths) / 9 + 1


def test_a_conversation_goes_into_the_fullest_row_that_has_room():
    assert pack([60, 70, 30, 40, 25], 100) == [[1, 2], [0, 3], [4]]


@pytest.fixture
def example(tiny_tokenizer):
    turns = [
        Message("user", "one"),
        Message("assistant", "first"),
        Message("user", "two"),
        Message("assistant", "last"),
    ]
    return render(Conversation(tuple(turns)), tiny_tokenizer)


def test_an_overlong_conversation_is_cut_after_a_whole_turn(example):
    first, last = example.turn_ends
    assert fit(example, "x", len(example.input_ids)).input_ids == example.input_ids
    for limit in range(first, last):
        row = fit(example, "x", limit)
        assert row.input_ids == example.input_ids[:first]
        assert row.learned == sum(label != IGNORE for label in example.labels[:first]) > 0
    assert fit(example, "x", first - 1) is None
    assert fit(example, "x", last - 1, overlong="drop") is None
    with pytest.raises(InputError, match=f"conversation x has {len(example.input_ids)} tokens.*{last - 1}"):
        fit(example, "x", last - 1, overlong="error")


def test_joined_rows_keep_their_documents(example):
    row = fit(example, "x", 1000)
    both = join([row, join([row, row])])
    assert both.input_ids == row.input_ids * 3
    assert both.documents == (len(row.input_ids),) * 3
    assert both.conversations == ("x", "x", "x")
    assert both.learned == 3 * row.learned


def test_parts_are_weighted_by_name_and_a_weight_of_zero_unlearns(tiny_tokenizer):
    turn = Message("assistant", "An answer.", thought="A thought.", calls=(ToolCall("go", {"to": "Oslo"}),))
    example = render(Conversation((Message("user", "hello"), turn)), tiny_tokenizer)
    row = fit(example, "x", 1000, learn={"thought": 0, "call": 0.5, "answer": 2})
    expected = []
    for segment in example.segments:
        weight = {"thought": 0, "call": 0.5, "content": 2}.get(segment.part, 1) if segment.learned else 0
        expected += [weight] * len(segment.input_ids)
    assert row.weights == expected
    assert {0, 0.5, 1, 2} == set(expected)
    assert [label != IGNORE for label in row.labels] == [weight > 0 for weight in expected]
    assert fit(example, "x", 1000).weights == [float(label != IGNORE) for label in example.labels]
