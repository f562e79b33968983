"""The peers of `bench.training`, each in a process that holds nothing of callora: `python -m bench.peers NAME JOB`.

* `trl-packed`: SFTTrainer with peft, `packing=True`. Of its strategies, "bfd" packs whole conversations by best-fit
  decreasing, as ours does. It is padding-free: position ids start anew in each document, and transformers makes a block
  mask from them, so that it needs no flash-attn. ("wrapped" would cut conversations and let them see one another.)
* `trl-unpacked`: the same without packing, a conversation at a time, so that nothing is padded; as many a step as a
  step of ours holds on average.
* `peft-loop`: peft and transformers in a plain loop over the very conversations of each of our steps, one at a time.

All get token ids and labels; all use SDPA, or eager attention where the model has a soft cap (gemma2), which
transformers' SDPA leaves out and the Agents Course does without too. The model is loaded in fp32 on a CPU, in bf16 on a
card that has it, with adapters in fp32 under autocast, as ours. Nothing is logged or evaluated, nor
saved where the job does not ask for it.
"""

import argparse
import itertools
import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch

TRL = {"trl-packed": True, "trl-unpacked": False}  # with packing?
NAMES = (*TRL, "peft-loop")

Job = dict[str, Any]  # what bench.training writes: the recipe by the Trainer's names, and model, windows, metrics, seed
Document = dict[str, list[int]]  # "input_ids" and "labels"


class Metrics:
    """Lines like those of `metrics.jsonl`, as far as a race reads them."""

    def __init__(self, path: str) -> None:
        self.file = Path(path).open("w", encoding="utf-8")  # noqa: SIM115  # open as long as the process runs
        self.began = time.perf_counter()
        self.step = self.tokens = self.learned = 0
        self.loss = 0.0

    def add(self, labels: torch.Tensor, loss: torch.Tensor) -> None:
        """Count a forward and backward pass; `loss` is a part of the step's."""
        self.tokens += labels.numel()
        self.learned += int((labels != -100).sum())
        self.loss += loss.item()

    def write(self) -> None:
        """The step is done."""
        self.step += 1
        counts = {"tokens": self.tokens, "learned_tokens": self.learned}
        line = {"step": self.step, "loss": self.loss, **counts, "elapsed_s": time.perf_counter() - self.began}
        if torch.cuda.is_available():
            line["peak_memory_bytes"] = torch.cuda.max_memory_allocated()
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()
        self.tokens = self.learned = 0
        self.loss = 0.0


def precision() -> tuple[torch.dtype, torch.dtype | None]:
    """The base weights' dtype, and autocast's or None: as `train.py` picks them."""
    if not torch.cuda.is_available():
        return torch.float32, None
    bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    return (torch.bfloat16, torch.bfloat16) if bf16 else (torch.float32, torch.float16)


def load(job: Job) -> Any:
    """The base model, in transformers."""
    from transformers import AutoConfig, AutoModelForCausalLM

    capped = getattr(AutoConfig.from_pretrained(job["model"]), "attn_logit_softcapping", None)
    attention = "eager" if capped else "sdpa"
    model: Any = AutoModelForCausalLM.from_pretrained(job["model"], dtype=precision()[0], attn_implementation=attention)
    return model.to("cuda") if torch.cuda.is_available() else model


def lora(job: Job) -> Any:
    """The adapter, in peft."""
    from peft import LoraConfig

    names = ("r", "lora_alpha", "lora_dropout", "target_modules")
    return LoraConfig(task_type="CAUSAL_LM", **{name: job[name] for name in names})


def trl_trainer(job: Job, packed: bool) -> Any:
    """TRL's trainer, ready to train; it writes a line of metrics a step."""
    from datasets import Dataset
    from transformers import AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer  # pyright: ignore[reportPrivateImportUsage]  # trl loads them lazily

    metrics = Metrics(job["metrics"])

    class Timed(SFTTrainer):
        def training_step(self, model: Any, inputs: Any, *args: Any, **kwargs: Any) -> torch.Tensor:
            labels = inputs["labels"]
            loss = super().training_step(model, inputs, *args, **kwargs)
            metrics.add(labels, loss)
            return loss

    class EndOfStep(TrainerCallback):
        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            metrics.write()

    windows: list[list[Document]] = json.loads(Path(job["windows"]).read_text(encoding="utf-8"))
    documents = list(itertools.chain(*windows))
    accumulation = job["gradient_accumulation_steps"] if packed else max(1, round(len(documents) / len(windows)))
    tokenizer = AutoTokenizer.from_pretrained(job["model"])
    tokenizer.pad_token = tokenizer.convert_ids_to_tokens(0)  # SFTTrainer wants one, though nothing is padded
    autocast = precision()[1]
    config = SFTConfig(
        output_dir=job["output_dir"],
        max_steps=job["max_steps"],
        max_length=job["max_length"],
        packing=packed,
        packing_strategy="bfd",
        per_device_train_batch_size=1,
        gradient_accumulation_steps=accumulation,
        gradient_checkpointing=job["gradient_checkpointing"],
        learning_rate=job["learning_rate"],
        lr_scheduler_type=job["lr_scheduler_type"],
        warmup_steps=job["warmup_steps"],
        bf16=autocast == torch.bfloat16,
        fp16=autocast == torch.float16,
        seed=job["seed"],
        report_to="none",
        logging_strategy="no",
        save_strategy="no",
        disable_tqdm=True,
        dataloader_pin_memory=torch.cuda.is_available(),
    )
    return Timed(
        model=load(job),
        args=config,
        train_dataset=Dataset.from_list(documents),
        processing_class=tokenizer,
        peft_config=lora(job),
        callbacks=[EndOfStep()],
    )


def peft_loop(job: Job) -> None:
    """The loop that a reader of peft's and transformers' documentation would write."""
    from peft import get_peft_model

    torch.manual_seed(job["seed"])
    model = load(job)
    if job["gradient_checkpointing"]:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.enable_input_require_grads()
    model = get_peft_model(model, lora(job)).train()
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=job["learning_rate"], weight_decay=0.0)
    device, autocast = model.device, precision()[1]
    scaler = torch.amp.GradScaler(device.type, enabled=autocast == torch.float16)
    windows: list[list[Document]] = json.loads(Path(job["windows"]).read_text(encoding="utf-8"))
    metrics = Metrics(job["metrics"])
    for window in itertools.islice(itertools.cycle(windows), job["max_steps"]):
        learned = sum(label != -100 for document in window for label in document["labels"])
        for document in window:
            input_ids = torch.tensor([document["input_ids"]], device=device)
            labels = torch.tensor([document["labels"]], device=device)
            with torch.autocast(device.type, autocast) if autocast else nullcontext():
                loss = model(input_ids=input_ids, labels=labels, num_items_in_batch=learned, use_cache=False).loss
            scaler.scale(loss).backward()
            metrics.add(labels, loss)
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad(set_to_none=True)
        metrics.write()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.peers")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("job", type=Path)
    args = parser.parse_args()
    job = json.loads(args.job.read_text(encoding="utf-8"))
    if args.name in TRL:
        trainer = trl_trainer(job, TRL[args.name])
        trainer.train()
        if job.get("save"):
            trainer.model.save_pretrained(job["output_dir"])
    else:
        peft_loop(job)


if __name__ == "__main__":
    main()
