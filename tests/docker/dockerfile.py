"""What a Dockerfile says: its stages, and the instructions of each."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One instruction: `text` is what stands behind its name, lines joined."""

    name: str
    text: str

    def words(self) -> list[str]:
        """The words of a list in brackets, or those between spaces, flags left out."""
        if self.text.startswith("["):
            found: list[str] = json.loads(self.text)
            return found
        return [word for word in self.text.split() if not word.startswith("--")]

    def flag(self, name: str) -> str | None:
        """The value of --name=value."""
        found = re.search(rf"--{name}=(\S+)", self.text)
        return found[1] if found else None


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What begins with FROM: `base` is another stage or an image."""

    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[Instruction]:
        """Those of one name, in their order."""
        return [each for each in self.instructions if each.name == name]


def stages_of(path: Path) -> dict[str, Stage]:
    """The stages by their names. Arguments of a base are put in; `# syntax` and comments are left out."""
    stages: dict[str, Stage] = {}
    arguments: dict[str, str] = {}
    for instruction in _instructions(path.read_text()):
        if instruction.name == "FROM":
            base, _, name = instruction.text.partition(" AS ")
            stages[name] = Stage(name=name, base=filled(base, arguments))
        elif stages:
            stages[next(reversed(stages))].instructions.append(instruction)
        else:
            name, _, value = instruction.text.partition("=")
            arguments[name] = value
    return stages


def environment_of(stage: Stage, before: dict[str, str]) -> dict[str, str]:
    """The variables that ENV sets, on top of those before."""
    after = dict(before)
    for instruction in stage.all("ENV"):
        for name, value in re.findall(r"(\w+)=(\S+)", instruction.text):
            after[name] = filled(value, after)
    return after


def filled(text: str, values: dict[str, Any]) -> str:
    """The text with ${NAME} replaced."""
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], text)


def _instructions(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    parts = (line.split(maxsplit=1) for line in joined.splitlines())
    return [Instruction(name=name, text=rest) for name, rest in parts]
