"""The tuned model's tokenizer on disk: as transformers reads it, with the format's tokens and chat template."""

import json
from pathlib import Path

from tokenizers import Tokenizer

from atomic import write_files
from data.format import ChatFormat
from data.markup import markup_for
from data.template import chat_template
from model.hub import read_json


def save_tokenizer(tokenizer: Tokenizer, format: ChatFormat, base: Path, output_dir: Path) -> None:
    """Write tokenizer.json and tokenizer_config.json: the base's settings, with the format's template in place of its
    own."""
    config = read_json(base / "tokenizer_config.json") if (base / "tokenizer_config.json").is_file() else {}
    config.pop("added_tokens_decoder", None)  # tokenizer.json holds them all
    config |= {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "chat_template": chat_template(format, markup_for(tokenizer)),
    }
    texts = {
        "tokenizer.json": tokenizer.to_str(pretty=True),
        "tokenizer_config.json": json.dumps(config, ensure_ascii=False, indent=2),
    }
    write_files(output_dir, {name: text.encode() for name, text in texts.items()})
