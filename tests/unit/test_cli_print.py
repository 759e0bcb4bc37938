"""The command that prints certificates: a stack, one person, the QR code alone; what is left out is told."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zxingcpp
from click.testing import CliRunner, Result
from PIL import Image

from certificate_papers import draw_pages, read_words
from certificates import AT, Forge, build, make_issuer, make_payload, make_trust
from xacthuc.certificates.paper import NAME_LENGTH, Evidence, PaperRefused, check_paper
from xacthuc.certificates.paper_text import read_paper
from xacthuc.certificates.payload import CountedDose, Holder
from xacthuc.certificates.pictures import read_codes
from xacthuc.certificates.value_sets import COUNTRIES, HOLDERS, KINDS, PRODUCTS, load_value_sets
from xacthuc.certificates.verify import verify
from xacthuc.cli import commands
from xacthuc.codes.vaccines import list_vaccines
from xacthuc.findings import get_code
from xacthuc.runs import printing
from xacthuc.runs.certifying import CERTIFICATE_SCHEMA
from xacthuc.runs.refusals import VerifyRefused

NAMES = (("Nguyễn", "Thị Đào"), ("Trần", "Văn Ơn"), ("Y", "Bih Ênuôl"))
EVIDENCE: tuple[Evidence, ...] = ("both", "identity settled", "self-declared")


def issue(family: str, given: str) -> str:
    payload = build(Holder(family, given, "1980-02-03")).payload
    assert payload is not None
    return make_issuer().issue(payload)


TEXTS = [issue(*name) for name in NAMES]


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """Write what certify writes: three people with a certificate, one without."""
    rows: list[dict[str, Any]] = [
        {"person_group": f"g{n}", "record": f"r{n}", "text": text, "uvci": f"U{n}", "payload": "{}"}
        | {"nationality": "VN", "evidence": EVIDENCE[n], "codes": []}
        for n, text in enumerate(TEXTS)
    ]
    rows.append({"person_group": "g3", "record": "r3", "evidence": "self-declared", "codes": ["issue_course"]})
    path = tmp_path / "certificates.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=CERTIFICATE_SCHEMA), path)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["print", *map(str, arguments)])


def tell(*arguments: object, code: int = 0) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    told = json.loads(result.output)
    assert isinstance(told, dict)
    return told


def read_list(out: Path) -> list[dict[str, str]]:
    with (out / "printed.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_stack_is_one_file_and_each_code_is_accepted_from_it(certificates: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = tell(certificates, "--out", out)
    assert done == {"out": str(out), "printed": 3, "files": 1, "without": 1, "codes": {}}
    pdf = (out / "certificates-0001.pdf").read_bytes()
    assert len(draw_pages(pdf, dpi=20)) == 3
    assert read_codes(pdf) == TEXTS
    assert all(verify(text, trust=make_trust(), at=AT).accepted for text in read_codes(pdf))
    words = read_words(pdf)
    assert all(f"{family} {given}" in words for family, given in NAMES)
    assert words.count("Công an đã xác thực công dân") == 2
    assert words.count("Cơ sở tiêm chủng đã ký") == 1
    told = [(row["person_group"], row["file"], row["page"], row["code"]) for row in read_list(out)]
    name = "certificates-0001.pdf"
    assert told == [
        ("g0", name, "1", ""),
        ("g1", name, "2", ""),
        ("g2", name, "3", ""),
        ("g3", "", "", "paper_not_issued"),
    ]


@pytest.mark.parametrize(("form", "pages"), [("a4", 1), ("card", 2), ("folding", 1)])
def test_the_list_says_where_each_certificate_begins(form: str, pages: int, certificates: Path, tmp_path: Path) -> None:
    tell(certificates, "--out", tmp_path / "out", "--form", form)
    assert len(draw_pages((tmp_path / "out" / "certificates-0001.pdf").read_bytes(), dpi=20)) == 3 * pages
    assert [row["page"] for row in read_list(tmp_path / "out")][:3] == [str(1 + n * pages) for n in range(3)]


def test_a_file_for_each_person_named_by_number(certificates: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert tell(certificates, "--out", out, "--each")["files"] == 3
    names = sorted(path.name for path in out.iterdir())
    assert names == [*(f"certificate-{n:08}.pdf" for n in (1, 2, 3)), "printed.csv"]
    assert read_codes((out / names[1]).read_bytes()) == [TEXTS[1]]


def test_no_name_is_outside_the_paper(certificates: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = run(certificates, "--out", out, "--each").output
    listed = (out / "printed.csv").read_text(encoding="utf-8")
    files = " ".join(path.name for path in out.iterdir())
    for family, given in NAMES[:2]:
        assert all(word not in said + listed + files for word in (family, given, "1980", "HC1:"))


@pytest.mark.parametrize("named", ["g1", "r1", "U1"])
def test_one_person_by_any_reference(named: str, certificates: Path, tmp_path: Path) -> None:
    assert tell(certificates, "--out", tmp_path / "out", "--person", named)["printed"] == 1
    assert read_codes((tmp_path / "out" / "certificates-0001.pdf").read_bytes()) == [TEXTS[1]]
    assert [row["number"] for row in read_list(tmp_path / "out")] == ["2"]


def test_at_most_so_many(certificates: Path, tmp_path: Path) -> None:
    assert tell(certificates, "--out", tmp_path / "out", "--limit", 2)["printed"] == 2


def test_people_without_a_certificate_count_for_nothing(certificates: Path, tmp_path: Path) -> None:
    table = pq.read_table(certificates)
    last_first = pa.concat_tables([table.slice(len(TEXTS)), table.slice(0, len(TEXTS))])
    pq.write_table(last_first, certificates)
    said = tell(certificates, "--out", tmp_path / "out", "--limit", 1)
    assert (said["printed"], said["without"]) == (1, 1)


def test_long_stacks_are_divided(certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "STACK", 2)
    assert tell(certificates, "--out", tmp_path / "out")["files"] == 2
    assert [row["file"] for row in read_list(tmp_path / "out")][:3] == [
        *["certificates-0001.pdf"] * 2,
        "certificates-0002.pdf",
    ]


def test_a_folder_of_files(certificates: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    for name in ("a.parquet", "b.parquet"):
        (folder / name).write_bytes(certificates.read_bytes())
    assert tell(folder, "--out", tmp_path / "out", "--form", "qr")["printed"] == 6
    assert [row["number"] for row in read_list(tmp_path / "out")] == [str(n) for n in range(1, 9)]


def test_the_symbol_alone_with_its_alternative(certificates: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert tell(certificates, "--out", out, "--form", "qr")["files"] == 3
    with Image.open(BytesIO((out / "qr-00000001.png").read_bytes())) as picture:
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [TEXTS[0]]
        assert "Mã QR" in picture.info["Title"]
    svg = (out / "qr-00000001.svg").read_text(encoding="utf-8")
    assert "<title" in svg
    assert "QR code of a vaccination certificate" in svg


def test_a_text_and_a_file_of_texts(tmp_path: Path) -> None:
    out, lines = tmp_path / "out", tmp_path / "texts.txt"
    assert tell(TEXTS[0], "--out", out)["printed"] == 1
    words = read_words((out / "certificates-0001.pdf").read_bytes())
    assert "Nguyễn Thị Đào" in words
    assert "Ai xác nhận" not in words  # nobody told
    lines.write_text("\r\n".join([TEXTS[1], "", TEXTS[2]]), encoding="utf-8")
    assert tell(lines, "--out", out)["printed"] == 2


def test_what_cannot_be_printed_is_told_and_the_rest_is_printed(tmp_path: Path) -> None:
    lines = tmp_path / "texts.txt"
    lines.write_text("\n".join([TEXTS[0], "HC1:NOTHING", "A" * 3_000]), encoding="utf-8")
    assert tell(lines, "--out", tmp_path / "out", code=1)["codes"] == {"paper_text_unread": 2}
    said = run(lines, "--out", tmp_path / "out").output
    assert get_code("paper_text_unread").vi in said
    assert get_code("paper_text_unread").en in said
    assert tell(lines, "--out", tmp_path / "qr", "--form", "qr", code=1)["codes"] == {"paper_qr_long": 1}


def test_nothing_to_print_is_no_success(certificates: Path, tmp_path: Path) -> None:
    assert tell(certificates, "--out", tmp_path / "out", "--person", "nobody", code=1)["printed"] == 0
    done = tell(certificates, "--out", tmp_path / "out", "--person", "g3", code=1)
    assert (done["printed"], done["without"]) == (0, 1)
    assert tell(certificates, "--out", tmp_path / "out", "--person", "g3", "--form", "qr", code=1)["without"] == 1


def test_what_is_no_file_of_certificates(tmp_path: Path) -> None:
    other, broken, binary, empty = (tmp_path / name for name in ("o.parquet", "b.parquet", "b.bin", "empty"))
    pq.write_table(pa.table({"a": [1]}), other)
    broken.write_bytes(b"PAR1")
    binary.write_bytes(b"\0\1")
    empty.mkdir()
    for given in (other, broken, binary, empty, tmp_path / "none"):
        assert isinstance(run(given, "--out", tmp_path / "out").exception, VerifyRefused)
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    (fonts / "x.ttf").write_bytes(b"\0")
    assert run(TEXTS[0], "--out", tmp_path / "out", "--fonts", fonts).exit_code == 0  # what is no font is no font


def test_a_specimen_says_so(tmp_path: Path) -> None:
    tell(TEXTS[0], "--out", tmp_path / "out", "--specimen", "--form", "card")
    assert "MẪU · SPECIMEN" in read_words((tmp_path / "out" / "certificates-0001.pdf").read_bytes())


def test_the_same_input_gives_the_same_files(certificates: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        tell(certificates, "--out", tmp_path / name)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_a_paper_says_what_was_signed() -> None:
    paper = read_paper(TEXTS[0], nationality="KR", evidence="both")
    (dose,) = paper.doses
    assert (paper.family, paper.given, paper.family_latin, paper.given_latin) == (
        "Nguyễn",
        "Thị Đào",
        "NGUYEN",
        "THI<DAO",
    )
    assert (paper.birth_date, paper.issuer, paper.country) == ("1980-02-03", "Bộ Y tế", "Việt Nam")
    assert paper.nationality == "Hàn Quốc · South Korea"
    assert (dose.number, dose.series, dose.day) == (2, 2, "2021-09-01")
    assert dose.product == "BBIBP-CorV (Vero Cell)"
    assert dose.vaccine == "toàn bộ vi rút bất hoạt · inactivated whole virus"
    assert paper.identifier == make_payload()["v"][0]["ci"]


def test_nobody_is_turned_away_on_the_last_day_printed() -> None:
    """Begins on 1 May at midnight of UTC, seven in the morning here; ends a year later at that hour."""
    paper = read_paper(TEXTS[0])
    assert (paper.issued, paper.expires) == ("2022-05-01", "2023-04-30")
    midnight = int(datetime(2023, 4, 30, 17, tzinfo=UTC).timestamp())  # of 1 May here
    for ends, day in ((midnight, "2023-04-30"), (midnight - 1, "2023-04-30"), (midnight - 2, "2023-04-29")):
        assert read_paper(Forge(claims={4: ends}).text()).expires == day


def test_every_product_and_country_has_a_name_that_fits() -> None:
    sets = load_value_sets()
    names = {vaccine.name for vaccine in list_vaccines()}
    shown = set()
    for vaccine in list_vaccines():
        payload = make_payload()
        payload["v"][0] |= {"mp": vaccine.mp, "ma": vaccine.ma, "vp": vaccine.vp, "co": "AE"}
        paper = read_paper(Forge(payload=payload).text(), nationality="AE")
        check_paper(paper, letters=frozenset(range(0x2FFF)))
        shown |= {
            name
            for name in names
            if name.casefold().replace(" ", "-") in paper.doses[0].product.casefold().replace(" ", "-")
        }
    assert shown == names
    for code in sets[COUNTRIES].codes:
        paper = read_paper(TEXTS[0], nationality=code)
        assert 0 < len(paper.nationality or "") <= NAME_LENGTH
    assert all(value.vi for value in sets[KINDS].codes.values() if not value.withdrawn)
    assert not any(value.vi for id in (PRODUCTS, HOLDERS) for value in sets[id].codes.values())


def test_codes_that_nobody_knows_and_odd_dates_stay_as_they_are() -> None:
    payload = make_payload()
    payload["v"][0] |= {"mp": "New-1", "ma": "Maker-1", "vp": "999", "dn": 3.0, "sd": 2.0}
    payload["dob"] = "1980"
    paper = read_paper(Forge(payload=payload).text(), nationality="ZZ")
    (dose,) = paper.doses
    assert (dose.product, dose.manufacturer, dose.vaccine, dose.number, dose.series) == (
        "New-1",
        "Maker-1",
        "999",
        3,
        2,
    )
    assert (paper.birth_date, paper.nationality) == ("1980", "ZZ")


def test_one_name_alone() -> None:
    payload = make_payload()
    payload["nam"] = {"fn": "Suharto", "fnt": "SUHARTO"}
    paper = read_paper(Forge(payload=payload).text())
    assert (paper.family, paper.given) == ("Suharto", "")


TEST = {"tg": "840539006", "tt": "LP6464-4", "sc": "2022-01-01T00:00:00Z", "tr": "260415000", "tc": "X"}


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (Forge(payload=make_payload() | {"ver": "x"}), "paper_text_unread"),
        (Forge(payload=make_payload() | {"dob": "yesterday"}), "paper_text_unread"),
        (Forge(claims={4: None}), "paper_no_vaccination"),
    ],
    ids=["no schema", "no birth date", "no end"],
)
def test_what_no_paper_is_made_of(forge: Forge, code: str) -> None:
    with pytest.raises(PaperRefused) as refused:
        read_paper(forge.text())
    assert refused.value.code == code


def test_a_test_result_is_no_vaccination() -> None:
    payload = {key: value for key, value in make_payload().items() if key != "v"}
    entry = make_payload()["v"][0]
    payload["t"] = [TEST | {key: entry[key] for key in ("co", "is", "ci")}]
    with pytest.raises(PaperRefused, match="paper_no_vaccination"):
        read_paper(Forge(payload=payload).text())


def test_an_unknown_level_of_evidence_is_not_printed() -> None:
    with pytest.raises(PaperRefused, match="paper_evidence"):
        read_paper(TEXTS[0], evidence="rumour")


def test_the_doses_received_are_those_of_the_last_number() -> None:
    payload = build(dose=CountedDose("Vero Cell", 3, 3, date(2022, 1, 1), booster=True)).payload
    assert payload is not None
    paper = read_paper(make_issuer().issue(payload), evidence="both")
    assert replace(paper, evidence=None) == read_paper(make_issuer().issue(payload))
    assert paper.doses[-1].number == 3
