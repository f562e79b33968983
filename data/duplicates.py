"""Duplicates and near-duplicates by MinHash over triples of words (Broder 1997), found by sorting bands of it.

A conversation is known by what is asked and what is learned: its user turns, its calls, and its answers without a call.
Results, tools and thoughts do not count, nor do case and punctuation. What stays in memory is 520 bytes for each.
"""

import hashlib
import re
from zlib import crc32

import numpy as np

from data.conversation import Conversation
from data.format import to_json

NEAR = 0.7  # near-duplicates share so much of the word triples that either has
HASHES, BAND = 64, 4  # of pairs that share 0.7, 1 in 80 agrees in none of the 16 bands; of those with 0.8, 1 in 5,000
_random = np.random.default_rng(0)
_ODD = _random.integers(1, 1 << 62, (HASHES, 1), dtype=np.uint64) * 2 + 1  # products wrap around, as is meant
_BY_PLACE = _random.integers(1, 1 << 62, 3, dtype=np.uint64) * 2 + 1  # the order of a triple's words counts


def signature(conversation: Conversation) -> np.ndarray:
    """A conversation as (1 + HASHES,) uint64: a hash of all its words, and the least of its triples under each hash."""
    said = [
        "\n".join(to_json([call.name, call.arguments]) for call in message.calls) or message.content
        for message in conversation.messages
        if message.role in ("user", "assistant")
    ]
    words = re.findall(r"\w+", "\n".join(said).casefold())
    whole = int.from_bytes(hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest())
    padded = words + [""] * (3 - len(words))
    hashed = np.array([crc32(word.encode()) for word in padded], dtype=np.uint64)
    triples = np.lib.stride_tricks.sliding_window_view(hashed, 3) @ _BY_PLACE
    least = (triples * _ODD >> np.uint64(32)).min(axis=1)
    return np.concatenate([np.array([whole], dtype=np.uint64), least])


def nearest_earlier(signatures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each of (n, 1 + HASHES) signatures, the earlier one that it has most in common with (-1: none), and how much.

    The share in common is an estimate, give or take 0.06, and 1 only where all words are the same. Two that share a
    band are not always compared: each is with the first in the band and with the one just before it.
    """
    n = len(signatures)
    share, nearest = np.zeros(n), np.full(n, -1)
    for keys in np.split(signatures[:, 1:], HASHES // BAND, axis=1):
        group = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
        order = np.argsort(group, kind="stable")
        starts = np.diff(group[order], prepend=-1) > 0
        first = order[np.maximum.accumulate(np.where(starts, np.arange(n), 0))]
        for other in (first, np.roll(order, 1)):
            common = (signatures[order, 1:] == signatures[other, 1:]).mean(axis=1)
            common = np.where(signatures[order, 0] == signatures[other, 0], 1.0, np.minimum(common, 0.99))
            closer = (common > share[order]) & ~starts
            share[order[closer]], nearest[order[closer]] = common[closer], other[closer]
    return nearest, share
