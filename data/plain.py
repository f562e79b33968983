"""A tokenizer in which no text yields a control id: what message content is encoded with."""

import json
from functools import lru_cache

from tokenizers import Tokenizer


@lru_cache(maxsize=8)
def plain_tokenizer(tokenizer: Tokenizer, controls: tuple[str, ...]) -> Tokenizer:
    """A copy of the tokenizer in which no text yields a control id.

    The base's special tokens and `controls` are no added tokens any more, and where the vocabulary itself holds one,
    its entry has a name that no text can have. Added tokens that control nothing (Gemma's runs of spaces) stay.
    `encode_special_tokens` would not do: it still yields added tokens that are not marked special.
    """
    spec = json.loads(tokenizer.to_str())
    hidden = {token["content"] for token in spec["added_tokens"] if token["special"]} | set(controls)
    spec["added_tokens"] = [token for token in spec["added_tokens"] if token["content"] not in hidden]
    spec["post_processor"] = spec["truncation"] = spec["padding"] = None
    model = spec["model"]
    renamed = hidden - {model.get("unk_token")}  # the model itself has to find its token for unknown characters
    if isinstance(model["vocab"], dict):
        model["vocab"] = {_rename(token, renamed): index for token, index in model["vocab"].items()}
    else:  # Unigram: a list of [piece, score]
        model["vocab"] = [[_rename(token, renamed), score] for token, score in model["vocab"]]
    if "merges" in model:
        model["merges"] = [merge for merge in model["merges"] if not _makes(merge, hidden)]
    return Tokenizer.from_str(json.dumps(spec))


def _rename(token: str, hidden: set[str]) -> str:
    return f"\0{token}" if token in hidden else token


def _makes(merge: str | list[str], hidden: set[str]) -> bool:
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return not hidden.isdisjoint((left, right, left + right))
