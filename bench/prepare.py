"""The model folder that every system of a race starts from; run in a process of its own, for its memory.

    python -m bench.prepare FOLDER --model M       M with the format's tokens in its vocabulary already
    python -m bench.prepare FOLDER --shape S       random weights of that shape: nothing is downloaded

With the tokens in place nobody trains vocabulary rows, and all train the same LoRA: in peft, trained rows cost two
copies of the whole embedding a pass, which would flatter ours.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from data import ChatFormat, read_conversations
from data.format import add_format_tokens
from errors import command_line
from model import load_model, load_tokenizer, resolve
from model.save import save_model
from training.new_tokens import add_new_tokens
from training.tokenizer_files import save_tokenizer

DTYPE = torch.bfloat16 if torch.cuda.is_available() else torch.float32
# What differs from transformers' configs by default, whose Gemma 2 is the one of 2 B parameters.
SHAPES: dict[str, dict[str, Any]] = {
    "gemma-2-2b": {"model_type": "gemma2"},
    "smollm2-135m": {
        "model_type": "llama",
        "vocab_size": 49152,
        "hidden_size": 576,
        "intermediate_size": 1536,
        "num_hidden_layers": 30,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
        "max_position_embeddings": 8192,
        "tie_word_embeddings": True,
    },
    "gemma-2-tiny": {
        "model_type": "gemma2",
        "vocab_size": 2048,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
    },
}


def prepare(name: str, folder: Path) -> None:
    """Write the model called `name` as the new folder `folder`, with the format's tokens added."""
    source, format = resolve(name), ChatFormat()
    model, tokenizer = load_model(name, DTYPE), load_tokenizer(name)
    new = add_new_tokens(model, tokenizer, format)
    # The mean of words' rows is never likelier than all of them: training moves it, or else noise has to.
    with torch.no_grad():
        for weight in {model.model.embed_tokens.weight, model.lm_head.weight}:
            noise = torch.randn(len(new), weight.shape[1], generator=torch.Generator().manual_seed(0))
            weight[new] += (noise * weight.float().std().cpu()).to(weight)
    with tempfile.TemporaryDirectory() as beside:
        save_tokenizer(tokenizer, format, source.path, Path(beside))
        save_model(model, folder, source.path, Path(beside), probe=[0, 1, 2])


def prepare_random(shape: str, folder: Path) -> None:
    """Write a random model of a known shape, with a small tokenizer of its own."""
    from transformers import AutoConfig, AutoModelForCausalLM

    format = ChatFormat()
    config = AutoConfig.for_model(**SHAPES[shape])
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = AutoModelForCausalLM.from_config(config, dtype=DTYPE)
    model.save_pretrained(folder)
    tokenizer = _train_tokenizer(min(8192, config.vocab_size - len(format.tokens)))
    add_format_tokens(tokenizer, format)
    save_tokenizer(tokenizer, format, folder, folder)


def _train_tokenizer(vocab_size: int) -> Tokenizer:
    """A byte-level BPE tokenizer with ChatML's control tokens, from the first of the built-in conversations."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    conversations = read_conversations("builtin")
    tokenizer.train_from_iterator((next(conversations).to_json() for _ in range(300)), trainer)
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.prepare")
    parser.add_argument("folder", type=Path)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--model")
    what.add_argument("--shape", choices=SHAPES)
    args = parser.parse_args()
    if args.shape:
        prepare_random(args.shape, args.folder)
    else:
        prepare(args.model, args.folder)


if __name__ == "__main__":
    command_line(main)()
