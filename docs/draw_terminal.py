"""Draws what a command prints: `python docs/draw_terminal.py docs/leaderboard.svg nas leaderboard blood-cells`."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 80
FONTS_FROM_ELSEWHERE = re.compile(r"@font-face \{[^}]*\}\s*")


def main(target: Path, command: list[str]) -> None:
    """Runs the command with colours on and writes the picture."""
    environment = os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(WIDTH)}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    console = Console(width=WIDTH, record=True, file=io.StringIO())
    console.print(Text(f"$ {' '.join(command)}", style="bold"))
    console.print(Text.from_ansi(printed))
    picture = console.export_svg(title="nas")
    target.write_text(FONTS_FROM_ELSEWHERE.sub("", picture))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
