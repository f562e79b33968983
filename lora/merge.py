"""Commands: fold an adapter into its base, or several adapters into one.

python -m lora.merge --adapter DIR --output-dir OUT [--model M]     a whole checkpoint that loads everywhere
python -m lora.merge --add A=0.5 B=0.5 --output-dir OUT             the weighted sum of adapters, an adapter again
"""

import argparse
import math
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from errors import InputError, command_line
from lora.adapter import PREFIX, load_adapter, read_adapter, write_adapter
from lora.config import LoRAConfig
from lora.inject import merge_lora, unload_lora
from model import generate, load_model, resolve
from model.save import save_model
from model.weights import stored_dtype


@torch.no_grad()
def export_merged(adapter: Path, output: Path, name: str | None) -> None:
    """Write base and adapter as one checkpoint, in the base's dtype, checked before it takes its name.

    Logits are compared along a greedy answer of the live model. Merging may move them by the share of the largest that
    half of the dtype's digits make up, so that the answer can change at a tie alone; so may reading back (save_model).
    """
    name = name or LoRAConfig.from_folder(adapter).base_model_name_or_path
    if name is None:
        raise InputError(f"{adapter}: does not say which model it belongs to; give it with --model")
    base = resolve(name).path
    dtype = stored_dtype(base)
    model = load_model(name, dtype)
    load_adapter(model, adapter)
    ids = torch.linspace(0, model.config.vocab_size - 1, 32).long().tolist()  # the last rows, the new ones, too
    ids += generate(model.eval(), ids, max_new_tokens=32)
    live = model(torch.tensor([ids])).float()  # (1, T, vocabulary)
    merge_lora(model)
    unload_lora(model)
    drift = float((model(torch.tensor([ids])).float() - live).abs().max())
    bound = torch.finfo(dtype).eps ** 0.5 * float(live.abs().max())
    if not drift <= bound:
        raise InputError(f"{adapter}: merging moves logits by {drift:.2g}, more than {bound:.2g}; nothing written")
    save_model(model, output, base, adapter if (adapter / "tokenizer.json").is_file() else base, probe=ids)
    print(f"{output}: {name} with {adapter} merged; its logits moved by {drift:.1g} of {live.abs().max():.2g} at most")


def add_adapters(parts: list[tuple[Path, float]], output: Path) -> None:
    """Write the sum of adapters, each times its number, as one adapter with their ranks joined.

    Σ wᵢ sᵢ Bᵢ Aᵢ = [w₁ s₁ B₁ | w₂ s₂ B₂ | …] [A₁; A₂; …], exactly. New rows, biases and whole modules are averaged:
    there the numbers must add up to one. Raises InputError where DoRA or adapters that train other things have no sum.
    """
    read = [(number, *read_adapter(folder)) for folder, number in parts]
    (_, first, _), *_ = read
    for name in ("bias", "modules_to_save", "trainable_token_indices"):
        if any(getattr(config, name) != getattr(first, name) for _, config, _ in read):
            raise InputError(f"--add: the adapters differ in {name}, so they have no sum")
    if any(config.use_dora for _, config, _ in read):
        raise InputError("--add: DoRA adapters have no sum; merge them into their base one by one")
    joined: dict[str, Tensor] = {}
    ranks: dict[str, int] = {}
    for key in dict.fromkeys(key for _, _, tensors in read for key in tensors):
        name, _, kind = key.removeprefix(PREFIX).removesuffix(".weight").rpartition(".")
        found = [(number, config, tensors[key].float()) for number, config, tensors in read if key in tensors]
        try:
            if kind in ("lora_A", "lora_embedding_A"):
                joined[key] = torch.cat([A for _, _, A in found])
                ranks[name] = len(joined[key])
            elif kind in ("lora_B", "lora_embedding_B"):
                joined[key] = torch.cat([w * config.rank_and_scaling(name)[1] * B for w, config, B in found], dim=1)
            elif len(found) < len(read) or abs(sum(number for number, _, _ in read) - 1) > 1e-6:
                raise InputError(f"--add: {key} is whole, not a change: all adapters need it, numbers must add to 1")
            else:
                joined[key] = torch.stack([number * tensor for number, _, tensor in found]).sum(0)
        except RuntimeError:
            raise InputError(f"--add: {key} has different shapes; are the adapters made for the same base?") from None
    if not ranks:
        raise InputError("--add: the adapters hold no LoRA")
    r = max(ranks.values())
    lower = {name: rank for name, rank in ranks.items() if rank < r}
    config = replace(first, r=r, lora_alpha=r, rank_pattern=lower, alpha_pattern=lower, use_rslora=False)
    config = replace(config, target_modules=sorted(ranks), exclude_modules=None, layers_to_transform=None)
    write_adapter(output, replace(config, layers_pattern=None), joined)
    print(f"{output}: {' + '.join(f'{number:g} * {folder}' for folder, number in parts)}, r = {r}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lora.merge", description="Merge an adapter, or add adapters.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--adapter", type=Path, help="folder of the adapter to merge into its model")
    what.add_argument("--add", nargs="+", type=_part, metavar="DIR=NUMBER", help="adapters to add, times their number")
    parser.add_argument("--model", help="the model it belongs to; the one that the adapter names if not given")
    parser.add_argument("--output-dir", type=Path, required=True, help="folder to write; must not exist yet")
    args = parser.parse_args()
    if args.output_dir.exists():
        raise InputError(f"{args.output_dir}: exists already; give a new folder")
    if args.add and args.model:
        raise InputError("--model belongs to --adapter: a sum of adapters needs no model")
    if args.adapter:
        export_merged(args.adapter, args.output_dir, args.model)
    else:
        add_adapters(args.add, args.output_dir)


def _part(text: str) -> tuple[Path, float]:
    folder, _, number = text.rpartition("=")
    try:
        if folder and math.isfinite(factor := float(number)):
            return Path(folder), factor
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not DIR=NUMBER, such as out/a=0.5")


if __name__ == "__main__":
    command_line(main)()
