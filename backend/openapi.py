"""What the schema says of every operation alike: its name, an example, headers, common errors.

A hook of drf-spectacular, so that views say only what is theirs.
"""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from backend.api import PROBLEM, describe_problem
from backend.examples import Examples

Schema = dict[str, Any]
OLDER = {"OAS_VERSION": "3.0.3"}
"""For generators that do not know 3.1 yet."""

HEADERS = {
    "ETag": "Send it back as If-None-Match: 304 where nothing has changed.",
    "Cache-Control": "How long the answer keeps, and for whom.",
    "RateLimit-Policy": 'How many requests in how many seconds: "session";q=600;w=60.',
    "RateLimit": 'How many are left and for how long: "session";r=598;t=41.',
    "Retry-After": "Seconds to wait.",
}
REFUSALS = {
    "400": "The query or the body makes no sense; `errors` says where.",
    "401": "The secret opens no session.",
    "404": "There is no such thing.",
    "406": "Only application/json is spoken.",
    "409": "Something else stands in the way.",
    "415": "The body is not application/json.",
    "422": "The Idempotency-Key came with another body before.",
    "429": "Too many requests: wait.",
    "503": "Not now: try again later.",
}
TOO_LONG = {
    "description": "The address has more than 8,190 bytes. The web server says so, in HTML.",
    "content": {"text/html": {"schema": {"type": "string"}}},
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A UUID for this request: sent again with it, the request is answered as the "
    "first time and not done twice. Kept for a day.",
    "schema": {"type": "string", "minLength": 16, "maxLength": 255, "pattern": "^[!-~]+$"},
}
NO_NUL = r"^[^\x00]*$"
"""What the database can keep of texts."""
LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "description": "In which languages labels are wanted.",
    "schema": {"type": "string", "default": "en"},
}


def complete(result: Schema, **_: object) -> Schema:
    """The schema with all that operations have in common."""
    components = result["components"]
    components["headers"] = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in HEADERS.items()
    }
    components["responses"] = {f"Refused{code}": describe_refusal(code) for code in REFUSALS}
    for part in find_parts(components["schemas"]):
        if part.get("nullable") and "allOf" in part:
            part["type"] = "object"  # 3.0 knows no null without a type
    for name, schema in components["schemas"].items():
        if name.endswith("Request"):
            refuse_nul(schema)
    for path, method, operation in walk(result):
        operation["operationId"] = name_operation(path, method)
        if not any(operation.get("security", [])):
            operation["security"] = []
        add_parameters(operation, method, components)
        for status, response in operation["responses"].items():
            response["description"] = response.get("description") or HTTPStatus(int(status)).phrase
            add_headers(response, status, method)
        add_examples(operation, components["schemas"])
        add_refusals(operation, path, method)
    return result


def walk(result: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def find_parts(schema: Any) -> Iterator[Schema]:
    """Every object inside a schema."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(part, dict | list):
            yield from find_parts(part)


def name_operation(path: str, method: str) -> str:
    """What a generated client calls it: GET /tags/{name}/articles is getTagArticles."""
    path = path.removeprefix("/api/v1/")
    path = re.sub(r"ies/\{", "y/{", path)
    path = re.sub(r"s/\{", "/{", path)
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"\{\w+\}", "", path))
    return method + "".join(word[0].upper() + word[1:] for word in words)


def refuse_nul(schema: Schema) -> None:
    for part in find_parts(schema):
        if part.get("type") == "string" and not {"enum", "format", "pattern"} & part.keys():
            part["pattern"] = NO_NUL


def add_parameters(operation: Schema, method: str, components: Schema) -> None:
    parameters = operation.setdefault("parameters", [])
    refuse_nul({"queries": [each for each in parameters if each["in"] == "query"]})
    if method == "post":
        parameters.append(IDEMPOTENCY_KEY)
    if has_label(operation, components):
        parameters.append(LANGUAGE)
    if not parameters:
        del operation["parameters"]


def has_label(operation: Schema, components: Schema) -> bool:
    """Whether a tag's label is in what is answered."""
    names, seen = set(re.findall(r"schemas/(\w+)", str(operation["responses"]))), set[str]()
    while names - seen:
        name = (names - seen).pop()
        seen.add(name)
        names |= set(re.findall(r"schemas/(\w+)", str(components["schemas"][name])))
    return any(
        {"label", "slug"} <= set(components["schemas"][name].get("properties", {}))
        for name in names
    )


def add_refusals(operation: Schema, path: str, method: str) -> None:
    codes = {"406", "429"} | (REFUSALS.keys() & operation["responses"].keys())
    if operation["security"]:
        codes.add("401")
    if "{" in path:
        codes.add("404")
    if "requestBody" in operation:
        codes |= {"400", "415"}
    if method == "post":
        codes |= {"400", "409", "422"}
    if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
        operation["responses"]["414"] = TOO_LONG
    for code in sorted(codes):
        operation["responses"][code] = {"$ref": f"#/components/responses/Refused{code}"}


def describe_refusal(code: str) -> Schema:
    detail = REFUSALS[code]
    problem = describe_problem(int(code), detail)
    if code == "400":
        problem["errors"] = [{"field": "limit", "detail": "A whole number from 1 to 100."}]
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": problem}
    refusal: Schema = {"description": detail, "content": {PROBLEM: content}}
    add_headers(refusal, code, "")
    return refusal


def add_headers(response: Schema, status: str, method: str) -> None:
    names = ["RateLimit-Policy", "RateLimit"]
    if method == "get" and status == "200":
        names += ["ETag", "Cache-Control"]
    if status in {"429", "503"}:
        names.append("Retry-After")
    response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def add_examples(operation: Schema, schemas: dict[str, Schema]) -> None:
    examples = Examples(schemas)
    for body in (*operation["responses"].values(), operation.get("requestBody", {})):
        for kind, content in body.get("content", {}).items():
            if kind == "application/json":
                content["example"] = examples.make(content["schema"])
