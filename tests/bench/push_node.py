"""What Node's libraries send to the same sink, where node and npm are there."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.bench.push_sink import Sink
from tests.processes import ROOT

PACKAGES = ("firebase-admin@13", "fcm-v1-http2@1")
COUNT = 10_000
FOLDER = ROOT / ".run" / "bench-node"
SCRIPT = Path(__file__).with_name("push_node.js")


def run(folder: Path, sink: Sink) -> Iterator[tuple[str, float]]:
    """(library, messages a second)."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not all((FOLDER / "node_modules" / name.split("@")[0]).exists() for name in PACKAGES):
        options = ("install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")
        command = [npm, *options, "--prefix", str(FOLDER), *PACKAGES]
        if subprocess.run(command, check=False).returncode:
            return
    env = os.environ | {
        "NODE_EXTRA_CA_CERTS": str(sink.authority),
        "NODE_PATH": str(FOLDER / "node_modules"),
        "NODE_NO_WARNINGS": "1",
    }
    for name in ("firebase-admin", "fcm-v1-http2"):
        command = [node, str(SCRIPT), name, str(sink.fast), str(COUNT), str(folder)]
        said = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=300, check=False
        )
        lines = said.stdout.splitlines()
        if said.returncode == 0 and lines:
            yield name, float(lines[-1])
