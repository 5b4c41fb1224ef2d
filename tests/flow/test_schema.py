"""The schemas of the configuration, judged by an independent validator."""

import copy
import json
import pathlib

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = ("utskick", "directory")
# What daemon/base/schema.h understands.
KEYWORDS = {
    "$schema", "$defs", "$ref", "title", "description", "examples", "default",
    "type", "required", "properties", "additionalProperties", "items", "minItems",
    "enum", "pattern", "format", "minimum", "maximum", "minLength", "uniqueItems",
}


def load(path):
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def schema(name):
    return load(f"config/{name}.schema.json")


def validator(name):
    return jsonschema.Draft202012Validator(schema(name))


def subschemas(node):
    """Every schema within a schema, itself first."""
    yield node
    for key in ("properties", "$defs"):
        for inner in node.get(key, {}).values():
            yield from subschemas(inner)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from subschemas(node[key])


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_a_schema(name):
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", NAMES)
def test_schema_uses_only_keywords_that_the_daemon_understands(name):
    for node in subschemas(schema(name)):
        assert set(node) <= KEYWORDS
        assert set(node) == {"$ref"} or "description" in node


@pytest.mark.parametrize("name", NAMES)
def test_defaults_and_examples_are_right_by_their_own_schema(name):
    whole = schema(name)
    for node in subschemas(whole):
        inner = dict(node)
        inner.setdefault("$defs", whole["$defs"])
        check = jsonschema.Draft202012Validator(inner)
        for value in [*node.get("examples", []), *([node["default"]] if "default" in node else [])]:
            check.validate(value)


@pytest.mark.parametrize("folder", ["config", "tests/data/config-small"])
@pytest.mark.parametrize("name", NAMES)
def test_office_is_right_by_the_schema(folder, name):
    errors = [error.message for error in validator(name).iter_errors(load(f"{folder}/{name}.json"))]
    assert errors == []


def test_each_required_member_is_missed():
    office = load("config/utskick.json")
    for member in schema("utskick")["required"]:
        without = copy.deepcopy(office)
        del without[member]
        assert not validator("utskick").is_valid(without)


def test_example_office_is_the_twelve_councils_and_the_ended_one():
    councils = load("config/directory.json")["councils"]
    assert sorted(c["name"] for c in councils if "to" not in c) == sorted([
        "Ekholmen", "Berga", "Skäggetorp", "Innerstaden", "Linghem", "Tallboda", "Ryd",
        "Vikingstad", "Malmslätt", "Lambohov", "Johannelund", "Ekängen"])
    assert [c["name"] for c in councils if "to" in c] == ["Ljungsbro"]


def test_example_people_are_all_at_example_domains():
    for person in load("config/directory.json")["people"]:
        for address in person["addresses"]:
            assert address.endswith(".example")


@pytest.mark.parametrize("day", ["2022-10-15", "2026-12-31", "2027-01-01", "2030-12-31"])
def test_example_committees_have_a_chair_on_each_side_of_an_election(day):
    for committee in load("config/directory.json")["committees"]:
        roles = [m["role"] for m in committee["members"] if m["from"] <= day <= m["to"]]
        assert roles.count("chair") == 1
        assert len(roles) >= 5
