"""One batch of raw rows in, clean records and findings out: same rows, same order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import Answer, as_array, choose, is_true, map_distinct, trim
from xacthuc.cleaning.encodings import restore_text
from xacthuc.cleaning.evidence import Raw, SheetEvidence, gather_evidence
from xacthuc.cleaning.found import FoundList
from xacthuc.cleaning.given import Doses, clean_doses
from xacthuc.cleaning.names import NAME_COLUMNS
from xacthuc.cleaning.people import People, clean_insurance, clean_people
from xacthuc.cleaning.phones import clean_phones
from xacthuc.cleaning.places import CleanPlaces, clean_places
from xacthuc.codes.countries import find_country
from xacthuc.records import CLEAN_SCHEMA, RAW_SCHEMA, SheetLayout

# What is read once for each distinct value, and so may come as a dictionary.
BY_DISTINCT = (
    *("birth_date", "sex", "nationality", "province", "district", "commune", "address"),
    *("dose_no", "vaccine", "dose_date", "site", "note"),
)
LEGACY_FIELDS = (
    "birth_date",
    "dose_date",
    "sex",
    "nationality",
    "province",
    "district",
    "commune",
    "address",
    "dose_no",
    "vaccine",
    "lot",
    "site",
    "note",
)

# The country whose register is asked, and the states of a number that say nothing against a foreigner.
HOME = "VN"
NUMBERLESS = pa.array(["missing", "malformed"])


@dataclass(frozen=True)
class Cleaned:
    """What came of a batch: `records` in CLEAN_SCHEMA, row by row, and `findings` in FINDING_SCHEMA."""

    records: pa.Table
    findings: pa.Table


def clean_batch(
    raw: Raw, layout: SheetLayout, *, evidence: SheetEvidence | None = None, distinct: bool = False
) -> Cleaned:
    """Clean one batch in RAW_SCHEMA of the sheet that `layout` describes.

    `evidence` is what all batches of the sheet tell together (gather_evidence); without it this batch is the evidence.
    `distinct`: columns of values that come again and again may be dictionaries of their texts, as cleaning found them.
    Bad data never raises: it becomes null and a finding, or a refused row. Not checked: whether the person exists
    (matching), whether the dose can have been given (rules).
    """
    if evidence is None:
        evidence = gather_evidence([raw], layout)
    cells = _restore(
        {name: as_array(raw.column(name), distinct=name in BY_DISTINCT) for name in RAW_SCHEMA.names},
        encoding=layout.context.get("encoding"),
    )
    found = FoundList(layout, cells["slot"])
    doses = clean_doses(cells, layout, evidence=evidence, found=found)
    people = clean_people({**cells, "dose_day": doses.dose_date}, layout, evidence=evidence, found=found)
    places = _clean_places(cells, layout, people=people, evidence=evidence, found=found)
    record = make_record_ids(cells, repeated=evidence.repeated)
    refused = _find_refused(people)
    found.add("row", refused)
    nationality, state = _find_foreigners(cells, state=people.numbers.state, layout=layout, found=found)
    records = _build(
        cells,
        record=record,
        people=people,
        nationality=nationality,
        state=state,
        doses=doses,
        places=places,
        refused=refused,
        found=found,
        distinct=distinct,
    )
    findings = found.build(record=record, file=cells["file"], sheet=cells["sheet"], row=cells["row"], sex=cells["sex"])
    return Cleaned(records=records, findings=findings)


def _restore(cells: dict[str, pa.Array], *, encoding: str | None) -> dict[str, pa.Array]:
    """Give the cells of a sheet in a legacy encoding as Unicode; names are restored where they are read."""
    if encoding is None:
        return cells
    restored = {
        name: map_distinct(cells[name], lambda text: (restore_text(text, encoding=encoding) or None,), width=1)[0]
        for name in LEGACY_FIELDS
    }
    return {**cells, **restored}


def make_record_ids(cells: dict[str, pa.Array], *, repeated: frozenset[str] = frozenset()) -> pa.Array:
    """Give the id of each record: the source's own, with slot or part:slot after it beyond the first of a row.

    Own ids that stand in several rows, and rows without one, are named file:sheet:row:part:slot.
    """
    own = cells["record"]
    if repeated:
        own = pc.if_else(pc.is_in(own, value_set=pa.array(sorted(repeated))), None, own)
    part, slot = cells["part"], cells["slot"]
    second = pc.or_(pc.greater(part, 1), pc.greater(slot, 1))
    if own.null_count < len(own) and pc.any(second).as_py():
        tail = pc.if_else(
            pc.greater(part, 1),
            pc.binary_join_element_wise(part.cast(pa.string()), slot.cast(pa.string()), ":"),
            slot.cast(pa.string()),
        )
        own = pc.if_else(second, pc.binary_join_element_wise(own, tail, ":"), own)
    if own.null_count == 0:
        return own
    texts = [cells["file"], cells["sheet"], *(cells[name].cast(pa.string()) for name in ("row", "part", "slot"))]
    return pc.coalesce(own, pc.binary_join_element_wise(*texts, ":"))


def _find_refused(people: People) -> pa.Array:
    """Give the reason for rows that cannot be a record: nobody is named in them by name, number or card."""
    numbers = people.numbers
    nobody = pc.and_(pc.is_null(people.name), pc.equal(numbers.state, "missing"))
    if people.card:
        nobody = pc.and_(nobody, pc.is_null(people.card["number12"]))
    nameless = pc.and_(nobody, people.name_refused)
    return pc.coalesce(choose(nameless, "row_name_is_no_name"), choose(nobody, "row_without_person"))


def _clean_places(
    cells: dict[str, pa.Array], layout: SheetLayout, *, people: People, evidence: SheetEvidence, found: FoundList
) -> CleanPlaces:
    address = cells["address"]
    if people.card:
        address = pc.coalesce(as_array(address), people.card["address"])
    places = clean_places(
        cells["province"], cells["district"], cells["commune"], address, tree=layout.place_tree, context=evidence.home
    )
    for name, codes in places.findings:
        found.add(name, codes)
    return places


def _clean_countries(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    def read(text: str) -> tuple[str | None, str | None]:
        country = find_country(text)
        return (country.alpha2, None) if country else (None, "nationality_unknown")

    value, code = map_distinct(values, read, width=2)
    return value, code


@lru_cache(maxsize=50_000)
def _read_site(text: str) -> Answer:
    return (trim(text) or None,)


def _find_foreigners(
    cells: dict[str, pa.Array], *, state: pa.Array, layout: SheetLayout, found: FoundList
) -> tuple[pa.Array, pa.Array]:
    """Give the nationality, and the state of the number in its light: only citizens need one, and no passport's."""
    nationality, code = _clean_countries(cells["nationality"])
    found.add("nationality", code)
    if layout.place_tree == "none" or nationality.null_count == len(nationality):
        return nationality, state
    citizen = is_true(pc.equal(nationality, HOME))
    borrowed = pc.and_(citizen, pc.equal(state, "passport"))
    found.add("number", choose(borrowed, "number_is_passport"))
    abroad = pc.and_(pc.and_not(pc.is_valid(nationality), citizen), pc.is_in(state, NUMBERLESS))
    return nationality, pc.if_else(borrowed, "malformed", pc.if_else(abroad, "foreign", state))


def _build(
    cells: dict[str, pa.Array],
    *,
    record: pa.Array,
    people: People,
    nationality: pa.Array,
    state: pa.Array,
    doses: Doses,
    places: CleanPlaces,
    refused: pa.Array,
    found: FoundList,
    distinct: bool,
) -> pa.Table:
    phone, code = clean_phones(cells["phone"], anywhere=found.layout.place_tree == "none")
    found.add("phone", code)
    insurance, code = clean_insurance(cells["insurance"])
    found.add("insurance", code)
    (site,) = map_distinct(cells["site"], _read_site, width=1)
    numbers = people.numbers
    columns = {
        **{name: cells[name] for name in ("file", "sheet", "row", "part", "slot")},
        "record": record,
        **{name: getattr(people, name) for name in NAME_COLUMNS},
        "birth_date": people.birth,
        "sex": people.sex,
        "number": pc.coalesce(numbers.number12, numbers.number9, numbers.passport),
        "number12": numbers.number12,
        "number9": numbers.number9,
        "passport": numbers.passport,
        "digits": numbers.digits,
        "number_state": state,
        "phone": pc.coalesce(phone, people.card["phone"]) if people.card else phone,
        "insurance": pc.coalesce(insurance, people.card["insurance"]) if people.card else insurance,
        "nationality": nationality,
        **{name: getattr(places, name) for name in ("province", "district", "commune", "place")},
        **{name: getattr(doses, name) for name in ("dose_no", "vaccine", "lot", "dose_date", "given")},
        "site": site,
        "refused": refused,
    }
    if not distinct:
        return pa.table([as_array(columns[name]) for name in CLEAN_SCHEMA.names], schema=CLEAN_SCHEMA)
    return pa.table(columns, schema=pa.schema([field.with_type(columns[field.name].type) for field in CLEAN_SCHEMA]))
