"""Small tokenizers with the chat families' control tokens and their ways of splitting text."""

import json
from functools import cache
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CHATML = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
QWEN2 = [*CHATML, "<|object_ref_start|>", "<|object_ref_end|>"]
LLAMA3 = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
GEMMA = ["<pad>", "<eos>", "<bos>", "<start_of_turn>", "<end_of_turn>"]
TOOL_CALL = ["<tool_call>", "</tool_call>"]
THINK = ["<tool_response>", "</tool_response>", "<think>", "</think>"]
# family -> (TRL's file, how text is split, special tokens, other added tokens)
FAMILIES = {
    "qwen2": ("qwen2_5", "words", QWEN2, TOOL_CALL),
    "qwen3": ("qwen3_instruct_2507", "words", QWEN2, TOOL_CALL + THINK),
    "llama3": ("llama3", "words", LLAMA3, []),
    "gemma": ("gemma", "spaces", GEMMA, ["\n\n", "\n\n\n", "▁▁", "▁▁▁"]),
    "gemma3": ("gemma3", "spaces", [*GEMMA, "<start_of_image>"], ["\n\n", "\n\n\n", "▁▁", "▁▁▁"]),
}
BOS = {"llama3": "<|begin_of_text|>", "gemma": "<bos>", "gemma3": "<bos>"}
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


@cache
def _trained(split: str, special: tuple[str, ...]) -> str:
    """A tokenizer's JSON: BPE over words, as bytes (Qwen, Llama 3), or over all text between spaces (Gemma)."""
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    if split == "words":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(WORDS), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
        )
        tokenizer.decoder = decoders.ByteLevel()
    else:
        tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
        tokenizer.normalizer = normalizers.Replace(" ", "▁")
        tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
        tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
        alphabet = ["▁", "\n", "\t", *map(chr, range(33, 127))]
        special = ("<unk>", *special, *BYTES)
    trainer = trainers.BpeTrainer(
        vocab_size=900, initial_alphabet=alphabet, show_progress=False, special_tokens=list(special)
    )
    licence = Path(__file__).parents[2].joinpath("LICENSE").read_text(encoding="utf-8").splitlines()
    lines = [*licence, "system user assistant tool model", "a \n b\n\n  c\n   d" * 20]
    tokenizer.train_from_iterator(lines, trainer)
    spec = json.loads(tokenizer.to_str())  # the trainer makes the bytes added tokens, which they are not in Gemma's
    spec["added_tokens"] = [token for token in spec["added_tokens"] if token["content"] not in BYTES]
    return json.dumps(spec)


def small_tokenizer(family: str) -> Tokenizer:
    """A fresh stand-in for the family's own tokenizer."""
    _, split, special, added = FAMILIES[family]
    tokenizer = Tokenizer.from_str(_trained(split, tuple(special)))
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in added])
    if bos := BOS.get(family):  # the tokenizer's own way of adding it, which a chat template makes superfluous
        ids = [(bos, tokenizer.token_to_id(bos))]
        tokenizer.post_processor = processors.TemplateProcessing(single=f"{bos} $A", special_tokens=ids)
    return tokenizer
