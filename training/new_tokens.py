"""New special tokens get their rows: the vocabulary grows, and each row starts where its words are.

A fresh row at random would take long to become useful. `<tool_call>` starts as the mean of the rows of "tool call",
which the model knows (Hewitt 2021, "Initializing new word embeddings"), and a tag without a word as the mean of all;
training moves that row and no other.
"""

import re

import torch
from tokenizers import Tokenizer

from data.format import ChatFormat, add_format_tokens
from model import Decoder


@torch.no_grad()
def add_new_tokens(model: Decoder, tokenizer: Tokenizer, format: ChatFormat) -> list[int]:
    """Give each of the format's tags a token and a row; returns the ids of those that the base did not have."""
    every = list(range(model.config.vocab_size))
    known = {tag for tag in format.tokens if tokenizer.token_to_id(tag) is not None}
    ids = add_format_tokens(tokenizer, format)
    model.resize_vocabulary(max(ids) + 1)
    embedding, head = model.model.embed_tokens.weight, model.lm_head.weight
    new = [(tag, i) for tag, i in zip(format.tokens, ids, strict=True) if tag not in known]
    for tag, token_id in new:
        words = tokenizer.encode(" ".join(re.findall(r"\w+", tag.replace("_", " "))), add_special_tokens=False).ids
        for weight in (embedding,) if head is embedding else (embedding, head):
            weight[token_id] = weight[words or every].float().mean(dim=0).to(weight.dtype)
    return [token_id for _, token_id in new]
