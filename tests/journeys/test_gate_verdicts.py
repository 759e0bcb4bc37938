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
JUDGE = """async (given) => {
  const { cases, trusts, revoked, rules } = JSON.parse(given);
  const load = (name) => import(`/certificates/${name}.js`);
  const names = ["bytes", "revocation", "rule_files", "signed", "trust_files", "verify"];
  const [bytes, revocation, ruleFiles, signed, trustFiles, { verify }] = await Promise.all(names.map(load));
  const each = async (said, make) => Object.fromEntries(await Promise.all(Object.entries(said).map(async ([name, one]) => [name, await make(one)])));
  const trustsMade = await each(trusts, async ({ text, root }) => trustFiles.readTrust(bytes.encodeUtf8(text), { root: root && (await signed.readJwk(root)) }));
  const revokedMade = await each(revoked, async (one) => new revocation.RevocationList([await revocation.readSet(bytes.decodeBase64(one), { keys: null })]));
  const rulesMade = await each(rules, async (one) => ruleFiles.readRules(JSON.stringify(one)));
  const told = [];
  for (const one of cases) {
    const verdict = await verify(one.text, { trust: trustsMade[one.trust], at: Date.parse(one.at), revoked: revokedMade[one.revoked] ?? null, rules: rulesMade[one.rules] ?? null });
    told.push({
      accepted: verdict.accepted,
      code: verdict.code,
      stages: verdict.stages.map(({ ok, code }) => [ok, code]),
      kid: verdict.kid ? bytes.toHex(verdict.kid) : null,
      issuer: verdict.issuer,
      reason: verdict.judged?.vi ? [verdict.judged.vi, verdict.judged.en] : null,
    });
  }
  return JSON.stringify(told);
}"""
EVALUATE = """async (given) => {
  const cases = JSON.parse(given);
  const { evaluate, CertLogicRefused } = await import("/certificates/certlogic.js");
  return JSON.stringify(cases.map(({ expression, data }) => {
    try {
      const value = evaluate(expression, data);
      return { value: value instanceof Date ? value.toISOString() : value };
    } catch (error) {
      if (!(error instanceof CertLogicRefused)) throw error;
      return { refused: error.code };
    }
  }));
}"""
CHECK = """async (given) => {
  const payloads = JSON.parse(given);
  const { checkPayload } = await import("/certificates/schema.js");
  return JSON.stringify(payloads.map((payload) => checkPayload(payload).map(({ code, field }) => [code, field])));
}"""
ACCEPT = """async (given) => {
  const cases = JSON.parse(given);
  const { readRules } = await import("/certificates/rule_files.js");
  const { judgeRules } = await import("/certificates/acceptance.js");
  const judge = ({ rules, payload, issuer, at }) => judgeRules(payload, { rules: readRules(JSON.stringify(rules)), issuer, at: Date.parse(at) });
  return JSON.stringify(cases.map(judge));
}"""
REFUSE = """async (given) => {
  const texts = JSON.parse(given);
  const { readRules } = await import("/certificates/rule_files.js");
  const read = (text) => { try { readRules(text); return null; } catch (error) { return [error.code, error.rule]; } };
  return JSON.stringify(texts.map(read));
}"""


def load(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return table


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with serve({"samples.json": b"[]"}) as place, start() as playwright, launch(playwright) as browser:
        opened = browser.new_page()
        opened.goto(place + "samples.html")
        yield opened


def ask(page: Page, script: str, given: Any) -> Any:
    """Ask the modules of the page. As text: some expressions are nested deeper than a browser is handed values."""
    return json.loads(page.evaluate(script, json.dumps(given)))


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
    told = ask(page, JUDGE, given)
    wrong = [(case["why"], found, {name: case[name] for name in found}) for case, found in zip(table["cases"], told, strict=True) if found != {name: case[name] for name in found}]
    assert not wrong, f"{len(wrong)} of {len(told)}: {wrong[:5]}"
    assert len(told) >= 150


def test_each_expression_has_its_value(page: Page) -> None:
    cases = load("certlogic")["cases"]
    told = ask(page, EVALUATE, cases)
    wanted = [{"refused": case["refused"]} if "refused" in case else {"value": case["value"]} for case in cases]
    assert [(case["why"], found) for case, found in zip(cases, told, strict=True)] == [(case["why"], want) for case, want in zip(cases, wanted, strict=True)]


def test_each_payload_has_its_faults(page: Page) -> None:
    table = load("schema")
    payloads = [change(table["bases"][case["base"]], to=case["set"], without=case["drop"]) for case in table["cases"]]
    told = ask(page, CHECK, payloads)
    assert [(case["why"], found) for case, found in zip(table["cases"], told, strict=True)] == [(case["why"], case["faults"]) for case in table["cases"]]


def test_each_rule_says_what_it_says(page: Page) -> None:
    table, bases = load("acceptance"), load("schema")["bases"]
    cases = [case | {"payload": change(bases[case["payload"]], to=case.get("set", {}), without=[])} for case in table["cases"]]
    told = ask(page, ACCEPT, cases)
    for case, found in zip(cases, told, strict=True):
        same = {name: found[name] for name in found if name in case}
        assert same == {name: case[name] for name in same}, case["why"]


def test_each_file_of_rules_that_is_refused_says_why(page: Page) -> None:
    files = load("acceptance")["files"]
    told = ask(page, REFUSE, [case["text"] for case in files])
    assert [(case["why"], found) for case, found in zip(files, told, strict=True)] == [(case["why"], [case["code"], case["number"]]) for case in files]
