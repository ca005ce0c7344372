from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from jsonschema import Draft202012Validator, FormatChecker

from backend.openapi import REFUSALS, name_operation

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


@pytest.fixture(scope="module")
def schema() -> Any:
    return yaml.safe_load((DOCS / "openapi.yaml").read_text())


def operations(schema: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("openapi.yaml", []),
        ("openapi-3.0.yaml", ["--custom-settings", "backend.openapi.OLDER"]),
    ],
)
def test_the_committed_schema_is_what_the_code_does(
    tmp_path: Path, name: str, options: list[str]
) -> None:
    written = tmp_path / name

    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(written), *options)

    assert written.read_text() == (DOCS / name).read_text(), "`make schema`, and look at the diff"


def test_every_operation_says_what_a_client_has_to_know(schema: Any) -> None:
    ids = [operation["operationId"] for _, operation in operations(schema)]

    assert len(ids) == len(set(ids))
    for name, operation in operations(schema):
        assert operation["summary"], name
        assert operation["tags"], name
        assert operation["security"] in ([], [{"bearer": []}], [{"bearer": []}, {}]), name
        assert ("401" in operation["responses"]) == (operation["security"] != []), name
        assert {"406", "429"} <= set(operation["responses"]), name
        for code, answer in operation["responses"].items():
            if code in REFUSALS:
                assert answer == {"$ref": f"#/components/responses/Refused{code}"}, name
            elif code != "414":
                assert answer["description"], name
                assert "RateLimit" in answer["headers"], name


def test_every_body_has_an_example_that_its_schema_allows(schema: Any) -> None:
    bodies = [
        (name, content)
        for name, operation in operations(schema)
        for each in [*operation["responses"].values(), operation.get("requestBody", {})]
        for kind, content in each.get("content", {}).items()
        if kind == "application/json"
    ]

    assert len(bodies) > 40
    for name, content in bodies:
        checked = content["schema"] | {"components": schema["components"]}
        validator = Draft202012Validator(checked, format_checker=FormatChecker())
        assert list(validator.iter_errors(content["example"])) == [], name


def test_no_choice_is_null(schema: Any) -> None:
    choices = [part for part in schema["components"]["schemas"].values() if "enum" in part]

    assert choices
    assert all(None not in part["enum"] for part in choices)


@pytest.mark.parametrize(
    ("path", "method", "name"),
    [
        ("/api/v1/feed", "get", "getFeed"),
        ("/api/v1/tags/{name}/articles", "get", "getTagArticles"),
        ("/api/v1/stories/{id}", "get", "getStory"),
        ("/api/v1/account/follows.opml", "get", "getAccountFollowsOpml"),
        ("/api/v1/sessions/{id}", "delete", "deleteSession"),
    ],
)
def test_clients_call_operations_by_what_they_do(path: str, method: str, name: str) -> None:
    assert name_operation(path, method) == name
