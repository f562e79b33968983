"""Fold an adapter into its base, or several adapters into one.

python -m lora.merge --adapter DIR --output-dir OUT [--model M]     a whole checkpoint that loads everywhere
python -m lora.merge --add A=0.5 B=0.5 --output-dir OUT             the weighted sum of adapters, an adapter again
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from errors import InputError, command_line
from lora.adapter import PREFIX, load_adapter, read_adapter, write_adapter
from lora.config import LoRAConfig
from lora.inject import AdapterLayer, adapter_layers, injection, unload_lora
from lora.layers import LoRAEmbedding, LoRALinear, TokenRows
from model import Decoder, generate, load_model, resolve
from model.hub import read_json
from model.save import save_model


@torch.no_grad()
def merge_lora(model: nn.Module) -> None:
    """Write the adapter's change into the base's weights: summed in fp32, cast once. A second call changes nothing.

    Tied weights part where the adapter changes only one of them. The base's own weights are kept for unmerge_lora
    until unload_lora lets go of them. Raises InputError, with nothing changed, if NaN or infinity came out.
    """
    state, layers = injection(model), adapter_layers(model)
    if state is None or state.unmerged:
        return
    inside = [layer.base_layer for layer in layers.values()]
    shared: dict[tuple[int, ...], nn.Parameter] = {}  # one new weight for all that share the base's and the adapter
    merged: list[tuple[nn.Module, nn.Parameter]] = []
    for name, layer in layers.items():
        if layer in inside:
            continue  # rows within a LoRALinear, whose weight holds them
        module = layer.base_layer.base_layer if isinstance(layer.base_layer, TokenRows) else layer.base_layer
        key = (id(module.weight), *(id(p) for p in layer.parameters() if p is not module.weight))
        if key not in shared:
            shared[key] = nn.Parameter(_merged_weight(layer), requires_grad=False)
            if not torch.isfinite(shared[key]).all():
                raise InputError(f"LoRA: {name} would hold NaN or infinity once merged; its adapter is broken")
        merged.append((module, shared[key]))
    for module, weight in merged:
        state.unmerged.append((module, module.weight))  # type: ignore[arg-type]
        module.weight = weight
    for layer in layers.values():
        layer.merged = True


def unmerge_lora(model: nn.Module) -> None:
    """Put the base's own weights back, bit for bit, and the adapter beside them. Does nothing if it is not merged."""
    state = injection(model)
    if state is None:
        return
    for module, weight in state.unmerged:
        weight.data = weight.data.to(module.weight.device)  # type: ignore[arg-type]
        module.weight = weight
    state.unmerged.clear()
    for layer in adapter_layers(model).values():
        layer.merged = False


def _merged_weight(layer: AdapterLayer) -> Tensor:
    """The one weight that does what base and adapter do together, in the base's dtype."""
    if isinstance(layer, TokenRows):
        return layer.weight
    weight = layer.changed_weight()
    if layer.lora_magnitude_vector is not None:
        lengths = layer.lora_magnitude_vector / layer.norm()
        weight *= lengths[:, None] if isinstance(layer, LoRALinear) else lengths
    return weight.to(layer.base_layer.weight.dtype)


def export_merged(adapter: Path, output: Path, name: str | None) -> None:
    """Write base and adapter as one checkpoint, in the base's dtype, and check it before it takes its name.

    Logits are compared along a greedy answer of the live model. Merging may move them by the share of the largest that
    half of the dtype's digits make up, so that the answer can change at a tie alone; reloading may not move them.
    """
    name = name or LoRAConfig.from_folder(adapter).base_model_name_or_path
    if name is None:
        raise InputError(f"{adapter}: does not say which model it belongs to; give it with --model")
    base = resolve(name).path
    config = read_json(base / "config.json")
    dtype = getattr(torch, config.get("dtype") or config.get("torch_dtype") or "float32")
    model = load_model(name, dtype)
    load_adapter(model, adapter)
    model.eval()
    ids = torch.linspace(0, model.config.vocab_size - 1, 32).long().tolist()  # the last rows, the new ones, too
    ids += generate(model, ids, max_new_tokens=32)
    live = _logits(model, ids)
    merge_lora(model)
    unload_lora(model)
    merged = _logits(model, ids)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as beside:
        folder = Path(beside) / output.name
        save_model(model, folder, base, adapter if (adapter / "tokenizer.json").is_file() else base)
        del model
        reloaded = _logits(load_model(folder, dtype), ids)
        drift = float((merged - live).abs().max())
        if not drift <= torch.finfo(dtype).eps ** 0.5 * float(live.abs().max()) or not torch.equal(merged, reloaded):
            raise InputError(
                f"{adapter}: merged, the model drifts from the live one (logits by {drift:.2g}); not written"
            )
        folder.rename(output)
    print(f"{output}: {name} and {adapter} in one, {config.get('dtype')}; live, merged and reloaded model agree")


@torch.no_grad()
def _logits(model: Decoder, ids: list[int]) -> Tensor:
    return model(torch.tensor([ids])).float()


def add_adapters(parts: list[tuple[Path, float]], output: Path) -> None:
    """Write the sum of adapters, each times its number, as one adapter with their ranks joined.

    Σ wᵢ sᵢ Bᵢ Aᵢ = [w₁ s₁ B₁ | w₂ s₂ B₂ | …] [A₁; A₂; …], exactly. Tensors that take the place of the base's (new rows,
    biases, whole modules) are averaged, so there the numbers must add up to one. Raises InputError where that, or
    DoRA, or adapters that train different things beside LoRA, leave no such sum.
    """
    read = [(number, *read_adapter(folder)) for folder, number in parts]
    first = read[0][1]
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
                raise InputError(
                    f"--add: {key} replaces the base's, so each adapter needs it, and numbers that add to 1"
                )
            else:
                joined[key] = torch.stack([number * tensor for number, _, tensor in found]).sum(0)
        except RuntimeError:
            raise InputError(f"--add: {key} has different shapes; are the adapters made for the same base?") from None
    r = max(ranks.values())
    lower = {name: rank for name, rank in ranks.items() if rank < r}
    config = replace(first, r=r, lora_alpha=r, rank_pattern=lower, alpha_pattern=lower, use_rslora=False)
    everywhere = {"exclude_modules": None, "layers_to_transform": None, "layers_pattern": None}
    write_adapter(output, replace(config, target_modules=sorted(ranks), **everywhere), joined)
    print(f"{output}: {' + '.join(f'{number:g} * {folder}' for folder, number in parts)}, r = {r}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lora.merge", description="Merge an adapter, or add adapters.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--adapter", type=Path, help="folder of the adapter to merge into its model")
    what.add_argument("--add", nargs="+", metavar="DIR=NUMBER", help="adapters to add, each times its number")
    parser.add_argument("--model", help="the model it belongs to; the one that the adapter names if not given")
    parser.add_argument("--output-dir", type=Path, required=True, help="folder to write; must not exist yet")
    args = parser.parse_args()
    if args.output_dir.exists():
        raise InputError(f"{args.output_dir}: exists already; give a new folder")
    try:
        if args.adapter:
            export_merged(args.adapter, args.output_dir, args.model)
        else:
            add_adapters([_part(text) for text in args.add], args.output_dir)
    except OSError as error:
        raise InputError(f"{args.output_dir}: cannot be written: {error.strerror}") from None


def _part(text: str) -> tuple[Path, float]:
    folder, _, number = text.rpartition("=")
    try:
        return Path(folder), float(number)
    except ValueError:
        raise InputError(f"--add {text}: write DIR=NUMBER, such as out/a=0.5") from None


if __name__ == "__main__":
    command_line(main)()
