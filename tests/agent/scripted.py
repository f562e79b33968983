"""A stand-in for a model that says what it is told, behind the real `generate` and `KVCache`."""

import re
from types import SimpleNamespace
from typing import Any

import torch
from tokenizers import Tokenizer

from data.format import ChatFormat, add_format_tokens


def ids_of(text: str, tokenizer: Tokenizer, format: ChatFormat) -> list[int]:
    """Ids of text in which the format's tags and <|im_end|> are control tokens."""
    if format.special_tokens:
        add_format_tokens(tokenizer, format)
    controls = ("<|im_end|>", *(format.tokens if format.special_tokens else ()))
    ids = []
    for part in re.split("(" + "|".join(map(re.escape, controls)) + ")", text):
        ids += [tokenizer.token_to_id(part)] if part in controls else tokenizer.encode(part).ids
    return ids


class ScriptedModel:
    """Generates one text of `turns` after another; a forward pass over more than one id begins the next.

    `computed` counts the positions of each forward pass. A turn that is `KeyboardInterrupt` raises it.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        turns: list[Any],
        format: ChatFormat = ChatFormat(),
        context: int = 100_000,
    ):
        self.config = SimpleNamespace(max_position_embeddings=context, eos_token_ids=(), vocab_size=2**20)
        self.model = SimpleNamespace(norm=SimpleNamespace(weight=torch.zeros(1)))
        self.turns = [turn if turn is KeyboardInterrupt else ids_of(turn, tokenizer, format) for turn in turns]
        self.vocabulary = tokenizer.get_vocab_size()
        self.computed: list[int] = []
        self._script: list[int] = []

    def hidden(self, input_ids: torch.Tensor, cache: Any) -> torch.Tensor:
        new = input_ids.shape[1]
        self.computed.append(new)
        if new > 1:
            turn = self.turns.pop(0)
            if turn is KeyboardInterrupt:
                raise KeyboardInterrupt
            self._script = list(turn)
        cache.begin(new)
        cache.end()
        scores = torch.zeros(1, 1, self.vocabulary)
        scores[0, 0, self._script.pop(0)] = 1
        return scores

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden
