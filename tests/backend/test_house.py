"""Rules of the house that no linter knows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
TRACKED = [
    Path(name)
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    if (ROOT / name).exists()
]
CODE = [path for path in TRACKED if path.suffix == ".py" and "migrations" not in path.parts]
SAYS_NOTHING = {"utils.py", "helpers.py", "common.py", "misc.py", "constants.py", "managers.py"}


def test_no_file_is_long_or_named_after_nothing() -> None:
    long = [p for p in CODE if len((ROOT / p).read_text().splitlines()) > 400]

    assert long == []
    assert [path for path in CODE if path.name in SAYS_NOTHING] == []


def test_tests_mirror_the_tree() -> None:
    mirrored = [
        p
        for p in CODE
        if p.name.startswith("test_") and p.parts[1] in {"articles", "notifications"}
    ]
    strangers = []
    for path in mirrored:
        subject = Path(*path.parts[1:-1]) / path.name.removeprefix("test_")
        if not (ROOT / subject).exists() and not (ROOT / subject.with_suffix("")).is_dir():
            strangers.append(path)

    assert strangers == []


def test_the_example_environment_names_every_variable() -> None:
    settings = (ROOT / "backend" / "settings.py").read_text()
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_0-9]+)\"", settings))
    named = set(re.findall(r"^([A-Z_0-9]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert named == read


def test_every_make_target_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text()
    [phony] = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))

    assert described == set(phony.split())


def test_every_path_in_the_dockerfile_exists() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    allowed = (ROOT / ".dockerignore").read_text()

    assert copied
    for source in copied:
        assert (ROOT / source).exists()
        assert f"!{source}" in allowed


@pytest.mark.parametrize("service", ["migrate", "web", "worker", "beat"])
def test_every_command_in_compose_is_one_of_ours(service: str) -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    dockerfile = (ROOT / "Dockerfile").read_text()
    command = services[service].get("command") or " ".join(
        re.findall(r'"([^"]+)"', dockerfile.split("\nCMD")[1])
    )

    programs = re.findall(r"\b(gunicorn|celery|python)\b", command)

    assert programs
    assert all((ROOT / ".venv" / "bin" / program).exists() for program in programs)
    for app in re.findall(r"(?:-A |-m |gunicorn )(\w+)", command):
        assert (ROOT / app / "__init__.py").exists()


def test_secrets_and_hosts_of_other_places_are_not_in_the_repository() -> None:
    telling = re.compile(r"BEGIN (RSA )?PRIVATE KEY|AIza[0-9A-Za-z_-]{30}|extra-index-url")
    found = [
        p
        for p in TRACKED
        if p.suffix in {".py", ".md", ".txt", ".json", ".yaml", ".toml"}
        and p.name != "test_house.py"
    ]

    assert [path for path in found if telling.search((ROOT / path).read_text())] == []


def test_no_process_loads_what_only_some_need() -> None:
    """20 MB of each: the admin is for the web, readers of pages and corpora are for tasks."""
    heavy = {"articles.admin", "articles.tasks", "notifications.tasks", "numpy", "trafilatura"}
    heavy |= {"sentry_sdk", "cryptography.hazmat"}
    code = (
        "import sys, django; from django.contrib import admin; django.setup()\n"
        f"print(*sorted({heavy} & sys.modules.keys()), len(admin.site._registry))\n"
        "from backend.checks import check_admin\n"
        "print(len(check_admin(None)), len(admin.site._registry) > 9)"
    )
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "backend.settings", "DEBUG": "yes"}

    said = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=env, text=True)

    assert said.splitlines() == ["0", "0 True"]
