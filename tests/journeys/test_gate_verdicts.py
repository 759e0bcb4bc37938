"""The gate answers as the library does: every case of the tables, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gate import launch, serve, start
from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parents[2] / "conformance"
ASK = "async ([name, given]) => JSON.stringify(await (await import('/probe.js'))[name](JSON.parse(given)))"


def load(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return table


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    made = {"samples.json": b"[]", "probe.js": (Path(__file__).parent / "gate_probe.js").read_bytes()}
    with serve(made) as place, start() as playwright, launch(playwright) as browser:
        opened = browser.new_page()
        opened.goto(place + "samples.html")
        yield opened


def ask(page: Page, name: str, given: Any) -> Any:
    """Ask the modules of the page. As text: some expressions are nested deeper than a browser is handed values."""
    return json.loads(page.evaluate(ASK, [name, json.dumps(given)]))


def change(payload: dict[str, Any], *, to: dict[str, Any], without: list[str]) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(payload))
    for path in (*to, *without):
        *way, last = path.split(".")
        inner: Any = changed
        for part in way:
            inner = inner[int(part) if part.isdigit() else part]
        if path in to:
            inner[last] = to[path]
        else:
            del inner[last]
    return changed


def test_each_certificate_has_its_verdict(page: Page) -> None:
    table = load("certificates")
    given = {name: table[name] for name in ("cases", "trusts", "revoked", "rules")}
    told = ask(page, "judge", given)
    wrong = [
        (case["why"], found, {name: case[name] for name in found})
        for case, found in zip(table["cases"], told, strict=True)
        if found != {name: case[name] for name in found}
    ]
    assert not wrong, f"{len(wrong)} of {len(told)}: {wrong[:5]}"
    assert len(told) >= 150


def test_each_expression_has_its_value(page: Page) -> None:
    cases = load("certlogic")["cases"]
    told = ask(page, "evaluateAll", cases)
    wanted = [{"refused": case["refused"]} if "refused" in case else {"value": case["value"]} for case in cases]
    assert [(case["why"], found) for case, found in zip(cases, told, strict=True)] == [
        (case["why"], want) for case, want in zip(cases, wanted, strict=True)
    ]


def test_each_payload_has_its_faults(page: Page) -> None:
    table = load("schema")
    payloads = [change(table["bases"][case["base"]], to=case["set"], without=case["drop"]) for case in table["cases"]]
    told = ask(page, "checkAll", payloads)
    assert [(case["why"], found) for case, found in zip(table["cases"], told, strict=True)] == [
        (case["why"], case["faults"]) for case in table["cases"]
    ]


def test_each_rule_says_what_it_says(page: Page) -> None:
    table, bases = load("acceptance"), load("schema")["bases"]
    cases = [
        case | {"payload": change(bases[case["payload"]], to=case.get("set", {}), without=[])}
        for case in table["cases"]
    ]
    told = ask(page, "acceptAll", cases)
    for case, found in zip(cases, told, strict=True):
        same = {name: found[name] for name in found if name in case}
        assert same == {name: case[name] for name in same}, case["why"]


def test_each_file_of_rules_that_is_refused_says_why(page: Page) -> None:
    files = load("acceptance")["files"]
    told = ask(page, "refuseAll", [case["text"] for case in files])
    assert [(case["why"], found) for case, found in zip(files, told, strict=True)] == [
        (case["why"], [case["code"], case["number"]]) for case in files
    ]


def test_each_revocation_is_found(page: Page) -> None:
    table = load("revocation")
    told = ask(page, "revokeAll", table)
    coded = [[one[name] for name in ("bits", "rice", "blocks", "slices")] for one in told["parameters"]]
    assert coded == [case["coding"] for case in table["parameters"]]
    assert told["hashes"] == [list(case["hashes"].values()) for case in table["hashes"]]
    assert told["look_ups"] == [case["revoked"] for case in table["look_ups"]]
    assert told["refusals"] == [case["code"] for case in table["refusals"]]
    for case, found in zip(table["merges"], told["merges"], strict=True):
        assert found == {name: case[name] for name in ("code", "sha256") if name in case}, case["why"]


def test_each_coding_is_read_and_written(page: Page) -> None:
    table = load("revocation")
    told = ask(page, "revokeAll", table)["codings"]
    for case, found in zip(table["codings"], told, strict=True):
        assert found["values"] == case["values"], case["why"]
        assert found["same"], case["why"]
        assert found["written"] in (None, case["bytes"]), case["why"]
