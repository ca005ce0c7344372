"""Clients are generated from the committed schema, compile, and do what an app does."""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.utils import timezone

from articles.models import Feed, Follow
from notifications.models import Device
from tests import make
from tests.processes import (
    ROOT,
    Emulator,
    beat,
    environment,
    running,
    wait_until,
    worker,
)
from tests.publishers import Item, PublisherServer

pytestmark = [pytest.mark.contract, pytest.mark.timeout(600)]
HERE = Path(__file__).resolve().parent
SCHEMAS = {"3.1": ROOT / "docs" / "openapi.yaml", "3.0": ROOT / "docs" / "openapi-3.0.yaml"}
LANGUAGES = ["dart-dio", "kotlin", "swift6", "typescript-fetch"]


@pytest.fixture
def publisher() -> Iterator[PublisherServer]:
    with PublisherServer() as publisher:
        yield publisher


def run(*command: str, folder: Path = HERE) -> str:
    """What a command prints; it must end well."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-8_000:]
    return done.stdout


def run_node(name: str, *arguments: str, folder: Path = HERE) -> str:
    """A program of package.json; a visible skip where there is none."""
    if not (HERE / "node_modules").exists():
        pytest.skip("no node_modules: `make contract` installs them where npm is")
    return run(str(HERE / "node_modules" / ".bin" / name), *arguments, folder=folder)


def generate(language: str, schema: Path, folder: Path) -> None:
    if importlib.util.find_spec("openapi_generator_cli") is None:
        pytest.skip("openapi-generator-cli is not installed: `make contract` installs it")
    if shutil.which("java") is None:
        pytest.skip("no Java: openapi-generator needs it")
    program = str(Path(sys.executable).with_name("openapi-generator-cli"))
    run(program, "generate", "-g", language, "-i", str(schema), "-o", str(folder))


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_linters_find_nothing(schema: Path) -> None:
    run_node("redocly", "lint", "--config", "redocly.yaml", str(schema))
    run_node("spectral", "lint", "--ruleset", "spectral.yaml", "--fail-severity=hint", str(schema))


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_client_is_generated(language: str, schema: Path, tmp_path: Path) -> None:
    generate(language, schema, tmp_path)

    endings = {"dart-dio": "dart", "kotlin": "kt", "swift6": "swift", "typescript-fetch": "ts"}
    assert len(list(tmp_path.rglob(f"*.{endings[language]}"))) > 40


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_the_generated_typescript_compiles(schema: Path, tmp_path: Path) -> None:
    generate("typescript-fetch", schema, tmp_path)

    options = ("--noEmit", "--strict", "--target", "es2022", "--moduleResolution", "bundler")
    modules = ("--module", "es2022", "--lib", "es2022,dom,dom.iterable")
    run_node("tsc", *options, *modules, "index.ts", folder=tmp_path)


def test_a_typed_client_lives_through_a_readers_first_day(
    server: str, emulator: Emulator, publisher: PublisherServer, tmp_path: Path
) -> None:
    folder = tmp_path / "client"
    folder.mkdir()
    for name in ("journey.ts", "tsconfig.json", "package.json"):
        shutil.copy(HERE / name, folder)
    if (HERE / "node_modules").exists():
        (folder / "node_modules").symlink_to(HERE / "node_modules")
    to = ("--output", str(folder / "schema.d.ts"))
    run_node("openapi-typescript", str(SCHEMAS["3.1"]), "--default-non-nullable=false", *to)
    run_node("tsc", "--project", str(folder))
    env = environment(
        **emulator.variables(),
        OUTBOUND_ALLOW=f"127.0.0.1:{publisher.port}",
        FETCH_EVERY=0.3,
        FETCH_LEAST_INTERVAL=0.5,
        FETCH_MOST_INTERVAL=1,
        PUSH_SWEEP_EVERY=1,
        LOG_LEVEL="ERROR",
    )

    publisher.publish("/feed.xml", Item("What was before", make.NOON))
    make.feed(url=publisher.url("/feed.xml"))

    with running(beat(env, tmp_path)), running(worker(env)), ThreadPoolExecutor() as pool:
        command = ("node", str(folder / "journey.js"), server, emulator.url)
        journey = pool.submit(run, *command)
        wait_until(lambda: journey.done() or is_waiting_for_news())
        publisher.publish("/feed.xml", Item("A tunnel opens in Artsakh", timezone.now()))

        assert "the journey ended well" in journey.result(timeout=120)


def is_waiting_for_news() -> bool:
    """Whether an app waits, and the feed is known: what it had before is no news."""
    was_read = Feed.objects.filter(fetched_at__isnull=False).exists()
    return was_read and Follow.objects.exists() and Device.objects.exists()
