"""Real processes of the command line that go on until they are told to end."""

import os
import re
import subprocess
import sys


class Running:
    """A command with its state below the folder; begun when it has said where its state is, the last line it owes."""

    def __init__(self, folder, *arguments, stderr=subprocess.DEVNULL, **environment):
        inherited = {name: value for name, value in os.environ.items() if name != "NAS_API_URL"}
        own = {"NAS_HOME": str(folder / "home"), "OMP_NUM_THREADS": "1", "COLUMNS": "200"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", *arguments],
            env={**inherited, **own, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )

    def begun(self):
        """Itself, once it runs."""
        self.said = "".join(self._beginning())
        return self

    @property
    def url(self):
        """Where it serves."""
        (found,) = re.findall(r"^Serving (\S+),", self.said, re.M)
        return found

    @property
    def links(self):
        """The links to log in with that it has printed."""
        return re.findall(r"^Log in: (\S+)$", self.said, re.M)

    def _beginning(self):
        for line in self.process.stdout:
            yield line
            if "State in " in line:
                return
        raise AssertionError("the command ended before it had begun")

    def end(self, sign):
        """What it said since it began; nothing the second time."""
        if self.process.stdout.closed:
            return ""
        self.process.send_signal(sign)
        said, _ = self.process.communicate(timeout=60)
        return said
