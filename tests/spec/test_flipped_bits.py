"""Every certificate in which one bit is another is refused.

An ordinary run looks at every seventh bit of one certificate of each kind; XACTHUC_FLIPPED=1000 at all bits of a
thousand, some ten minutes of one core: pytest -s prints how many that were.
"""

from __future__ import annotations

import os
from itertools import islice

from many_certificates import AT, MAKERS, list_certificates, list_flips, make_trust

from xacthuc.certificates.verify import verify

ASKED = int(os.environ.get("XACTHUC_FLIPPED", "0"))
COUNT, STEP = (ASKED, 1) if ASKED else (len(MAKERS), 7)


def test_every_flipped_bit_is_refused() -> None:
    trust, bits = make_trust(), 0
    for number, made in enumerate(list_certificates(COUNT)):
        assert verify(made.text, trust=trust, at=AT).accepted, made.why
        for flipped in islice(list_flips(made), 0, None, STEP):
            bits += 1
            assert not verify(flipped, trust=trust, at=AT).accepted, (number, made.why, bits)
    print(f"{COUNT} certificates, {bits:,} flipped bits refused")
