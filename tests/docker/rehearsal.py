"""Builds targets of docker/Dockerfile without Docker, to see that its lines run. Needs root, overlayfs and a network.

    python -m tests.docker.rehearsal FOLDER TARGET ... [--dry STAGE]

FOLDER is a new one, on a disk. What pip installs in a stage that is named behind --dry is looked up, not installed.

Every stage is a layer over the file system of this machine, which is left as it is; RUN lines run in it by chroot,
word for word, as the user and in the folder that the Dockerfile says, and what they leave is in FOLDER/STAGE/upper.
What differs from a real build: the base is this machine with its Python, not the slim image.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.docker.dockerfile import Instruction, Stage, environment_of, stages_of

ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = ("PIP_", "http", "https", "no_proxy", "SSL_")  # how this machine reaches its package index
IN_LAYER = """\
set -e
mount -t overlay overlay -o lowerdir=/,upperdir={upper},workdir={work} {merged}
mount --rbind /proc {merged}/proc
mount --rbind /dev {merged}/dev
exec chroot {user} {merged} /usr/bin/env -i {environment} /bin/sh -c {command}
"""


@dataclass
class Layer:
    """A stage as far as it is built: the folder of its files, and what the next instruction begins from."""

    name: str
    upper: Path
    environment: dict[str, str]
    folder: str = "/"
    user: str = "0:0"

    def command(self, command: str, work: Path) -> list[str]:
        """What runs the command inside."""
        merged = work / "merged"
        for each in (merged, work / "work"):
            each.mkdir(parents=True, exist_ok=True)
        script = IN_LAYER.format(
            upper=self.upper,
            work=work / "work",
            merged=merged,
            user=f"--userspec={self.user}",
            environment=" ".join(shlex.quote(f"{name}={value}") for name, value in self.environment.items()),
            command=shlex.quote(f"cd {self.folder} && {command}"),
        )
        return ["unshare", "--mount", "sh", "-c", script]


class Rehearsal:
    """Builds stages below a folder, each once."""

    def __init__(self, folder: Path, *, dry: str | None = None) -> None:
        self.folder = folder
        self.stages = stages_of(ROOT / "docker" / "Dockerfile")
        self.dry = dry
        self.built: dict[str, Layer] = {}

    def build(self, name: str) -> Layer:
        """The stage with all that it needs."""
        if name not in self.built:
            self.built[name] = self._build(self.stages[name])
        return self.built[name]

    def _build(self, stage: Stage) -> Layer:
        for needed in needs(stage):
            if needed in self.stages:
                self.build(needed)
        say(f"== {stage.name}")
        layer = self._begin(stage)
        for instruction in stage.instructions:
            self._do(layer, instruction)
        return layer

    def _begin(self, stage: Stage) -> Layer:
        upper = self.folder / stage.name / "upper"
        upper.mkdir(parents=True)
        below = self.built.get(stage.base)
        if below:
            subprocess.run(["cp", "--archive", f"{below.upper}/.", upper], check=True)
        before = below.environment if below else base_environment()
        return Layer(
            name=stage.name,
            upper=upper,
            environment=environment_of(stage, before),
            folder=below.folder if below else "/",
        )

    def _do(self, layer: Layer, instruction: Instruction) -> None:
        match instruction.name:
            case "WORKDIR":
                layer.folder = instruction.text
                (layer.upper / layer.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "USER":
                layer.user = instruction.text
                layer.environment["HOME"] = "/home/nas"
            case "COPY":
                self._copy(layer, instruction)
            case "RUN":
                self._run(layer, instruction)

    def _copy(self, layer: Layer, instruction: Instruction) -> None:
        *sources, target = instruction.words()
        stage = instruction.flag("from")
        into = layer.upper / os.path.join(layer.folder, target).lstrip("/")
        for source in sources:
            found = ROOT / source if stage is None else self.built[stage].upper / source.lstrip("/")
            to = into / found.name if found.is_file() and (target.endswith("/")) else into
            to.parent.mkdir(parents=True, exist_ok=True)
            if found.is_file():
                shutil.copy2(found, to)
            else:
                shutil.copytree(found, to, symlinks=True, dirs_exist_ok=True)

    def _run(self, layer: Layer, instruction: Instruction) -> None:
        command = instruction.text
        if layer.name == self.dry:
            command = command.replace(" install ", " install --dry-run ")
        say(f"-- {command}")
        subprocess.run(layer.command(command, self.folder / layer.name), check=True)


def say(line: str) -> None:
    """What is about to happen, before what it prints itself."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def needs(stage: Stage) -> Iterator[str]:
    """The stages and images that the stage is made of."""
    yield stage.base
    yield from filter(None, (each.flag("from") for each in stage.all("COPY")))


def base_environment() -> dict[str, str]:
    """Of the base image: this machine's Python before everything else, as `python` and `pip`."""
    python = Path(sys.base_prefix, "bin")
    passed = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    return {"PATH": f"{python}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root", **passed}


def main(arguments: list[str]) -> None:
    """Builds what the arguments name."""
    dry = arguments[arguments.index("--dry") + 1] if "--dry" in arguments else None
    where, *targets = [each for each in arguments if each not in ("--dry", dry)]
    rehearsal = Rehearsal(Path(where).absolute(), dry=dry)
    for target in targets:
        rehearsal.build(target)


if __name__ == "__main__":
    main(sys.argv[1:])
