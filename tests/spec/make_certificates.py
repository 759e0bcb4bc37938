"""Write conformance/certificates.json: texts of certificates, good and bad, and what every verifier says of them.

    python tests/spec/make_certificates.py

The keys follow from words, and every signature from key and message: the same file comes out each time. What is to be
said of a text, its code, is written by hand; the five stages are then Python's, and JavaScript is held to them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from certificate_families import list_families
from certificate_lists import RULES, make_revoked, make_trusts, revoked_cases, rule_cases, trust_cases
from certificate_texts import list_accepted, list_unread

PATH = Path(__file__).resolve().parents[2] / "conformance" / "certificates.json"
AT = "2022-06-01T00:00:00Z"


def main() -> None:
    from test_certificate_verdicts import judge, tell

    cases = [*list_accepted(), *list_unread(), *trust_cases(), *revoked_cases(), *rule_cases(), *list_families()]
    means = {"trusts": make_trusts(), "revoked": make_revoked(), "rules": RULES}
    written, wrong = [], []
    for case in cases:
        said = {"at": AT, "trust": "fresh", "revoked": None, "rules": None} | case
        verdict = judge(said, means)
        if verdict.code != said["code"]:
            wrong.append(f"{said['why']}: {said['code']} is promised, {verdict.code} is said")
        written.append(said | tell(verdict))
    if wrong:
        sys.exit("\n".join(wrong))
    names = [case["why"] for case in written]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    page = {
        "about": "Texts of certificates and what is said of them: each has a moment, a trust list, and where it says "
        "so revocations and rules; the code of the verdict and the five stages, ok and code of each.",
        "provenance": "Written by tests/spec/make_certificates.py with keys that follow from words. "
        "All people are invented.",
        **means,
    }
    lines = [f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in page.items()]
    listed = ",\n".join(f"  {json.dumps(case, ensure_ascii=False)}" for case in written)
    PATH.write_text("{\n" + ",\n".join(lines) + ',\n "cases": [\n' + listed + "\n ]\n}\n", encoding="utf-8")
    print(len(written))


if __name__ == "__main__":
    main()
