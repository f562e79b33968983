"""Decoders: loaded from the Hub's files, run with or without a cache, and asked for text."""

from model.cache import KVCache
from model.config import ModelConfig
from model.decoder import Decoder
from model.generate import generate, generate_batch
from model.hub import load_tokenizer, resolve
from model.weights import load_model

__all__ = ["Decoder", "KVCache", "ModelConfig", "generate", "generate_batch", "load_model", "load_tokenizer", "resolve"]
