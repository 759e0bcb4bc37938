"""Verdicts and reasons as sentences: Vietnamese first, English second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from xacthuc.findings import Code, get_code

Axis = Literal["identity", "dose"]


class Words(NamedTuple):
    """One text in the two languages."""

    vi: str
    en: str


IDENTITY_WORDS: dict[str, Words] = {
    "MATCHED": Words("Đúng người", "Right person"),
    "MISMATCH": Words("Thông tin chưa khớp", "Details differ"),
    "NOT_FOUND": Words("Không tìm thấy người", "Person not found"),
    "AMBIGUOUS": Words("Có thể là nhiều người", "Could be several people"),
    "NO_NUMBER": Words("Không có số giấy tờ", "No identity number"),
    "FOREIGN": Words("Người nước ngoài, không đối chiếu", "Foreigner, not compared"),
    "REFUSED": Words("Dòng không thành hồ sơ", "Row is no record"),
}
VACCINATION_WORDS: dict[str, Words] = {
    "PLAUSIBLE": Words("Mũi tiêm hợp lý", "Dose is plausible"),
    "DOUBTFUL": Words("Mũi tiêm cần kiểm tra", "Dose needs a check"),
    "DUPLICATE": Words("Mũi tiêm nhập trùng", "Dose entered twice"),
    "REFUSED": Words("Dòng không có mũi tiêm", "No dose in this row"),
}
AXIS_WORDS: dict[Axis, Words] = {
    "identity": Words("Con người", "Person"),
    "dose": Words("Mũi tiêm", "Dose"),
}
OWNER_WORDS: dict[Axis, Words] = {
    "identity": Words("Công an", "Police"),
    "dose": Words("Y tế", "Health"),
}
CLASS_WORDS: dict[str, Words] = {
    "a": Words("không có số CCCD/CMND", "no identity number"),
    "b": Words("số CCCD/CMND sai định dạng", "identity number in a wrong form"),
    "c": Words("sai thông tin cơ bản", "wrong basic details"),
}
FIELD_WORDS: dict[str, Words] = {
    "record": Words("Mã hồ sơ", "Record id"),
    "name": Words("Họ tên", "Name"),
    "birth_date": Words("Ngày sinh", "Birth date"),
    "sex": Words("Giới tính", "Sex"),
    "number": Words("Số CCCD/CMND", "Identity number"),
    "phone": Words("Điện thoại", "Phone"),
    "insurance": Words("Số thẻ BHYT", "Insurance number"),
    "nationality": Words("Quốc tịch", "Nationality"),
    "province": Words("Tỉnh/thành phố", "Province"),
    "district": Words("Quận/huyện", "District"),
    "commune": Words("Xã/phường", "Commune"),
    "place": Words("Nơi ở", "Place"),
    "address": Words("Địa chỉ", "Address"),
    "qr": Words("Mã QR", "QR text"),
    "dose_no": Words("Mũi số", "Dose number"),
    "vaccine": Words("Vắc xin", "Vaccine"),
    "lot": Words("Số lô", "Lot"),
    "dose_date": Words("Ngày tiêm", "Dose date"),
    "site": Words("Nơi tiêm", "Site"),
    "note": Words("Ghi chú", "Note"),
    "row": Words("Dòng", "Row"),
    "sheet": Words("Trang tính", "Sheet"),
    "file": Words("Tệp", "File"),
}

IDENTITY_FIELDS = frozenset({"name", "birth_date", "sex", "number", "phone", "insurance", "nationality"})
DOSE_FIELDS = frozenset({"dose_no", "vaccine", "lot", "dose_date", "site", "note"})


def find_axis(field: str, code: Code) -> Axis:
    """Give the axis whose owner settles a reason: by its field, else by the stage that found it."""
    if field in IDENTITY_FIELDS:
        return "identity"
    if field in DOSE_FIELDS or code.stage != "matching":
        return "dose"
    return "dose" if code.code.startswith("dose_") else "identity"


def name_field(field: str) -> Words:
    """Give the words of a field; a field of the source's own keeps its name."""
    return FIELD_WORDS.get(field, Words(field, field))


def write_sentence(code: str) -> Words:
    """Give what is wrong and what to do about it, in the two languages."""
    entry = get_code(code)
    return Words(entry.vi, entry.en)


def write_reasons(reasons: Iterable[Mapping[str, str]]) -> Words:
    """Give the reasons of a verdict as one text, each sentence once, in their order."""
    sentences = [write_sentence(code) for code in dict.fromkeys(reason["code"] for reason in reasons)]
    return Words(" ".join(s.vi for s in sentences), " ".join(s.en for s in sentences))
