"""Every certificate in which one bit is another is refused.

An ordinary run looks at all bits of a few; XACTHUC_FLIPPED=1000 at those of a thousand, some ten minutes of one core.
"""

from __future__ import annotations

import os

from many_certificates import AT, MAKERS, list_certificates, list_flips, make_trust

from xacthuc.certificates.verify import verify

COUNT = int(os.environ.get("XACTHUC_FLIPPED", "0")) or len(MAKERS)


def test_every_flipped_bit_is_refused() -> None:
    trust, bits = make_trust(), 0
    for number, made in enumerate(list_certificates(COUNT)):
        assert verify(made.text, trust=trust, at=AT).accepted, made.why
        for flipped in list_flips(made):
            bits += 1
            assert not verify(flipped, trust=trust, at=AT).accepted, (number, made.why, bits)
    print(f"{COUNT} certificates, {bits:,} flipped bits refused")
