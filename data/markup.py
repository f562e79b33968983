"""The chat markup of each model family: how a turn begins and ends, and what its published template adds."""

from dataclasses import dataclass, field, replace

from tokenizers import Tokenizer

from errors import InputError


@dataclass(frozen=True)
class Markup:
    """A model family's own chat markup: how a turn begins and ends."""

    header: str  # what opens a turn, with {role}
    end: str  # the control token that ends a turn
    after: str  # plain text after the end of a turn
    controls: tuple[str, ...]  # the control tokens that occur in header and end
    bos: str = ""  # control token before the first turn
    default_system: str = ""  # system text that the family's template inserts where a conversation has none
    has_system: bool = True  # False: system text is folded into the first user turn
    trims: bool = False  # the family's template strips white space around every content
    trims_folded: bool = False  # and around the first user turn with the system text in it, as one
    roles: dict[str, str] = field(default_factory=dict)  # names that differ from ours


# What the published templates do; tests/data/test_chat_markup.py holds each against its own.
_CHATML = Markup("<|im_start|>{role}\n", "<|im_end|>", "\n", ("<|im_start|>", "<|im_end|>"))
_GEMMA = Markup(
    header="<start_of_turn>{role}\n",
    end="<end_of_turn>",
    after="\n",
    controls=("<start_of_turn>", "<end_of_turn>"),
    bos="<bos>",
    has_system=False,
    trims=True,
    roles={"assistant": "model", "tool": "user"},
)
MARKUPS = {
    "smollm2": replace(_CHATML, default_system="You are a helpful AI assistant named SmolLM, trained by Hugging Face"),
    "qwen2": replace(_CHATML, default_system="You are Qwen, created by Alibaba Cloud. You are a helpful assistant."),
    "qwen3": _CHATML,
    "llama3": Markup(
        header="<|start_header_id|>{role}<|end_header_id|>\n\n",
        end="<|eot_id|>",
        after="",
        controls=("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        bos="<|begin_of_text|>",
        trims=True,
        roles={"tool": "ipython"},
    ),
    "gemma": replace(_GEMMA, trims_folded=True),  # 1 and 2: the template refuses system text, so a user turn holds it
    "gemma3": _GEMMA,  # the template folds system text in, as it is
}


def markup_for(tokenizer: Tokenizer) -> Markup:
    """The family's markup, told by the control tokens that the tokenizer has."""
    tokens = ("<start_of_turn>", "<start_of_image>", "<|start_header_id|>", "<|im_start|>", "<|object_ref_start|>")
    has = {token for token in tokens if tokenizer.token_to_id(token) is not None}
    if "<start_of_turn>" in has:
        return MARKUPS["gemma3" if "<start_of_image>" in has else "gemma"]
    if "<|start_header_id|>" in has:
        return MARKUPS["llama3"]
    if "<|im_start|>" not in has:
        raise InputError(
            "the tokenizer has no chat markup that is known here (ChatML <|im_start|>, Llama 3 <|start_header_id|>, "
            "Gemma <start_of_turn>): choose an instruction-tuned model of those families"
        )
    if "<|object_ref_start|>" not in has:
        return MARKUPS["smollm2"]
    # Qwen 3 brings <tool_response> and <think> itself, in that order; added by a ChatFormat they stand the other way.
    response, think = tokenizer.token_to_id("<tool_response>"), tokenizer.token_to_id("<think>")
    return MARKUPS["qwen3" if response is not None and think is not None and response < think else "qwen2"]
