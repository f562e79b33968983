"""New special tokens: where their rows start."""

import torch

from data import ChatFormat
from model import load_model, load_tokenizer
from training.new_tokens import add_new_tokens


def test_a_tags_row_starts_as_the_mean_of_its_words_and_without_any_as_the_mean_of_all(tiny_llama_folder):
    model, tokenizer = load_model(tiny_llama_folder), load_tokenizer(tiny_llama_folder)
    before = model.model.embed_tokens.weight.detach().clone()
    words = tokenizer.encode("tool call", add_special_tokens=False).ids
    format = ChatFormat(think=("⟦", "⟧"))
    new = add_new_tokens(model, tokenizer, format)
    after = model.model.embed_tokens.weight
    assert new == [tokenizer.token_to_id(tag) for tag in format.tokens]
    torch.testing.assert_close(after[tokenizer.token_to_id("<tool_call>")], before[words].mean(dim=0))
    torch.testing.assert_close(after[tokenizer.token_to_id("⟧")], before.mean(dim=0))
    assert torch.equal(after[: len(before)], before)
