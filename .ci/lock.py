#!/usr/bin/env python3
"""Writes or checks the lock: requirements.txt and requirements-dev.txt, hashes and no addresses.

`.ci/lock.py write [--upgrade]` needs uv. `.ci/lock.py check` needs neither uv nor a network: each
file begins with a hash of the dependency tables that it was made from.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"requirements.txt": [], "requirements-dev.txt": ["--group", "dev"]}
COMPILE = [
    "uv", "pip", "compile", "pyproject.toml", "--quiet", "--universal", "--generate-hashes",
    "--python-version", "3.11", "--no-header", "--no-emit-index-url", "--no-emit-find-links",
]  # fmt: skip
HEADER = "# Written by `make lock` from pyproject.toml; inputs sha256:{}\n"
ADDRESS = re.compile(r"https?://|^\s*--(?:extra-)?(?:index|find-links)", re.MULTILINE)


def inputs_hash() -> str:
    """A hash of all that decides what the lock holds."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        data = tomllib.load(file)
    project = data["project"]
    tables = [project["requires-python"], project["dependencies"], data["dependency-groups"]]
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def write(options: list[str]) -> int:
    """Compile both files; the second may not choose other versions than the first."""
    if shutil.which("uv") is None:
        print("`make lock` needs uv on the PATH", file=sys.stderr)
        return 2
    for name, group in LOCKS.items():
        constraint = ["--constraints", "requirements.txt"] if group else []
        command = [*COMPILE, *group, *constraint, *options, "--output-file", name]
        subprocess.run(command, cwd=ROOT, check=True)
        body = (ROOT / name).read_text()
        (ROOT / name).write_text(HEADER.format(inputs_hash()) + body)
    return check()


def check() -> int:
    """Say what is wrong with the lock; 0 when nothing is."""
    problems = []
    for name in LOCKS:
        text = (ROOT / name).read_text()
        if not text.startswith(HEADER.format(inputs_hash())):
            problems.append(f"{name} is older than pyproject.toml: run `make lock`")
        if ADDRESS.search(text):
            problems.append(f"{name} names a package index or a download address")
        pins = re.findall(r"^([a-z0-9._-]+)==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
        hashed = re.findall(r"^[a-z0-9._-]+==[^\n]*\\\n\s+--hash=sha256:", text, re.MULTILINE)
        if len(pins) != len(hashed):
            problems.append(f"{name} holds a package without a hash")
    print("\n".join(problems) or "The lock is fresh.", file=sys.stderr if problems else sys.stdout)
    return 1 if problems else 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", *options]:
            sys.exit(write(options))
        case ["check"]:
            sys.exit(check())
        case _:
            sys.exit(__doc__)
