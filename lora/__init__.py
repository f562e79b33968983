"""LoRA, read and written as PEFT does: inject an adapter into a model, save it, load it, merge it."""

from lora.adapter import load_adapter, save_adapter
from lora.config import LoRAConfig
from lora.inject import inject_lora, merge_lora, unload_lora, unmerge_lora

__all__ = ["LoRAConfig", "inject_lora", "load_adapter", "merge_lora", "save_adapter", "unload_lora", "unmerge_lora"]
