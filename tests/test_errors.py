"""How every command ends."""

import os
import subprocess
import sys

import pytest

from tests.small_runs import ROOT

PROGRAM = "from errors import InputError, command_line\n{}command_line(main)()\n"


def run(body: str, **more):
    program = PROGRAM.format(f"def main():\n    {body}\n")
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, text=True, stderr=subprocess.PIPE, **more)


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("return None", 0, ""),
        ("return 3", 3, ""),
        ("raise InputError('no such\\n  file: x')", 2, "error: no such file: x\n"),
        ("raise KeyboardInterrupt", 130, "stopped\n"),
    ],
)
def test_exit_code_and_line(body: str, code: int, said: str):
    process = run(body)
    assert process.communicate()[1] == said
    assert process.returncode == code


def test_a_character_that_stdout_lacks_is_no_traceback():
    process = run("print('–')", stdout=subprocess.PIPE, env=os.environ | {"PYTHONIOENCODING": "latin-1"})
    assert process.communicate() == ("?\n", "")
    assert process.returncode == 0


@pytest.mark.parametrize("lines", [1, 100_000])
def test_a_reader_that_has_gone_is_no_traceback(lines: int):
    process = run(f"input(), print('line\\n' * {lines})", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdin
    assert process.stderr
    process.stdout.close()
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stderr.read() == ""
    assert process.wait() == 141
