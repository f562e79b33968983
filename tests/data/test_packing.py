"""Packing: nothing lost, nothing too long, close to the lower bound; and where an overlong conversation is cut."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import Conversation, Message, render
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
