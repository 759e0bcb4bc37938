"""Certificates for the invented people of the demonstration, signed with the key that its gate trusts."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from xacthuc.certificates.signer import FileSigner
from xacthuc.certificates.stages import Verdict
from xacthuc.certificates.trust_files import read_trust
from xacthuc.certificates.verify import verify
from xacthuc.findings import get_code
from xacthuc.runs.certificate_batch import BatchOrder, Certified, Report, issue_batch
from xacthuc.runs.gate_samples import DEMONSTRATION_SECRET, draw, make_signer

LASTING = timedelta(days=365)


class InsecureDemonstrationWarning(UserWarning):
    """Something is signed that nobody may trust."""


@dataclass(frozen=True)
class InsecureDemonstrationKey:
    """A key that everybody can work out, and that warns whenever it is opened: for invented people only."""

    @property
    def kid(self) -> bytes:
        """Give the id of the key."""
        return make_signer("issuer").certificate.kid

    @contextmanager
    def open(self) -> Iterator[FileSigner]:
        """Open the key, and warn."""
        code = get_code("issue_key_insecure")
        warnings.warn(f"{code.vi}\n{code.en}", InsecureDemonstrationWarning, stacklevel=3)
        yield make_signer("issuer")


@dataclass(frozen=True)
class Demonstration:
    """What was issued, where it lies, and what the check of the first certificate said."""

    done: Certified
    warning: str
    certificates: Path
    trust: Path
    text: Path
    picture: Path
    verdict: Verdict


def issue_demonstration(out: Path, folder: Path, *, now: datetime, report: Report) -> Demonstration:
    """Issue for the people of a run, anew each time, and check the first certificate as a verifier does.

    Writes the certificates, the signing certificate to trust, and the first one as text and as picture. Raises what
    issue_batch raises. Not checked: that the people are invented.
    """
    folder.mkdir(exist_ok=True)
    paths = [folder / name for name in ("certificates.parquet", "issuer.pem", "first.txt", "first.png")]
    certificates, trust, text, picture = paths
    certificates.unlink(missing_ok=True)
    key = InsecureDemonstrationKey()
    order = BatchOrder(out, certificates, key, "Bộ Y tế", DEMONSTRATION_SECRET, LASTING, threads=1)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        done = issue_batch(order, now=now.replace(microsecond=0), report=report)
    der = make_signer("issuer").certificate.certificate
    assert der is not None, "a key of the demonstration has its certificate"
    trust.write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    first = _find_first(certificates)
    text.write_text(f"{first}\n", encoding="utf-8")
    picture.write_bytes(draw(first))
    verdict = verify(first, trust=read_trust(trust.read_bytes()), at=now)
    said = next(str(one.message) for one in warned if one.category is InsecureDemonstrationWarning)
    return Demonstration(done, said, certificates, trust, text, picture, verdict)


def _find_first(certificates: Path) -> str:
    rows = pq.read_table(certificates, columns=["record", "text"])
    issued = rows.filter(pc.is_valid(rows["text"])).sort_by("record")
    assert issued.num_rows, "a demonstration in which nobody is settled shows nothing"
    return str(issued["text"][0].as_py())
