"""What a shell and a terminal get: completions, man pages, colours, help as it is meant."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from invc.cli import COMMANDS, invc
from terminal import shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(shell: str) -> None:
    done = CliRunner().invoke(invc, ["completion", shell])
    assert done.exit_code == 0
    assert f"_INVC_COMPLETE={shell}_complete" in done.stdout
    assert CliRunner().invoke(invc, ["completion", "csh"]).exit_code == 2


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    program = tmp_path / "invc"
    program.write_text(
        f"#!/bin/sh\nexec {sys.executable} -P -c "
        '\'import sys; sys.argv[0] = "invc"; from invc.cli import main; main()\' "$@"\n'
    )
    program.chmod(0o755)
    script = (
        'source <(invc completion bash); COMP_WORDS=(invc "$1"); COMP_CWORD=1\n'
        'COMP_WORDS=("${@:1}"); COMP_CWORD=$(($# - 1)); _invc_completion invc\n'
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )

    def completed(*words: str) -> list[str]:
        path = f"{tmp_path}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", script, "bash", *words],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PATH": path},
        )
        return done.stdout.split()

    assert completed("invc", "lib") == ["lib-gen", "lib-check", "lib"]
    assert completed("invc", "simulate", "--dyn") == ["--dynamics"]
    assert completed("invc", "embed", "--topology", "p") == ["pegasus"]


def test_every_command_has_a_man_page_with_all_its_options(repository: Path) -> None:
    pages = dict(runpy.run_path(str(repository / "docs/site/man_pages.py"))["pages"]())
    root = click.Context(invc, info_name="invc")
    assert {f"invc-{name}.1" for name in COMMANDS} | {"invc.1"} <= pages.keys()
    for name in COMMANDS:
        command, text = invc.get_command(root, name), pages[f"invc-{name}.1"]
        assert command
        for param in command.params:
            for option in param.opts if isinstance(param, click.Option) else ():
                assert f"\\fB{option.replace('-', chr(92) + '-')}\\fR" in text, (name, option)
    for name, text in pages.items():
        assert text.startswith(".TH ")
        assert "\b" not in text
        requests = {line.split()[0] for line in text.splitlines() if line[:1] in (".", "'")}
        assert requests <= {".TH", ".SH", ".PP", ".TP", ".nf", ".fi"}, name


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_groff_has_nothing_to_say_of_the_pages(repository: Path, tmp_path: Path) -> None:
    script = str(repository / "docs/site/man_pages.py")
    subprocess.run([sys.executable, "-P", script, tmp_path], check=True)
    files = sorted((tmp_path / "man1").glob("*.1"))
    done = subprocess.run(
        ["groff", "-man", "-Tascii", "-ww", *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "cannot adjust" not in done.stderr
    assert not re.findall("warning: (?!.*(?:break|adjust)).*", done.stderr), done.stderr


def test_errors_are_in_colour_on_a_terminal_only(tmp_path: Path) -> None:
    words = ["stats", "no\x1bne.hj"]
    command = [sys.executable, "-P", "-m", "invc", *words]
    plain = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert plain.returncode == 1
    assert plain.stderr.startswith("no\\x1bne.hj: error: ")
    coloured = shown(tmp_path, *words)
    assert "no\\x1bne.hj: \x1b[31m\x1b[1merror: \x1b[0m" in coloured  # a name's own stay escaped
    assert "\x1b[2m  hint: " in coloured
    for told in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert shown(tmp_path, *words, **told).replace("\r", "") == plain.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_no_help_shows_a_marker(command: str) -> None:
    done = CliRunner().invoke(invc, [command, "--help"])
    assert done.exit_code == 0
    assert "\\b" not in done.stdout
    assert "\b" not in done.stdout
