"""Take the builds of others anew, checked by their hashes: python verifier/vendor/fetch.py

Needs npm, which fetches the package and runs nothing of it. Afterwards: python verifier/generate.py.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = "zxing-wasm@3.1.4"
SHA512 = "1+v8p7sauddySVNG+ye7GD/0TS95BG2ycdkrC+EnBrFBFkHeIghzUt2yVjtx3NucJeNrQnhT8yGAIz60Vx9o0w=="
FOLDER = HERE / "zxing-wasm"
FILES = {
    "package/LICENSE": "LICENSE",
    "package/dist/es/share.js": "share.js",
    "package/dist/es/reader/index.js": "reader/index.js",
    "package/dist/reader/zxing_reader.wasm": "reader/zxing_reader.wasm",
}

# The build fetches its WebAssembly from a public host where nobody says from where else. Ours lies beside it.
PUBLISHED = """{ locateFile: (e, t) => {
	let n = e.match(/_(.+?)\\.wasm$/);
	return n ? `https://fastly.jsdelivr.net/npm/zxing-wasm@3.1.4/dist/${n[1]}/${e}` : t + e;
} }"""
OURS = "/* changed: ../README.md */ { locateFile: (e) => new URL(`./reader/${e}`, import.meta.url).href }"


def main() -> None:
    """Fetch, check, change, write."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (packed,) = Path(folder).glob("*.tgz")
        check(packed.read_bytes())
        with tarfile.open(packed) as archive:
            for inside, name in FILES.items():
                member = archive.extractfile(inside)
                assert member is not None, inside
                data = member.read()
                (FOLDER / name).write_bytes(localise(data) if name == "share.js" else data)


def check(data: bytes) -> None:
    """Stop unless the package is the one that was looked at."""
    found = base64.b64encode(hashlib.sha512(data).digest()).decode()
    assert found == SHA512, f"{PACKAGE} is not what it was: {found}"


def localise(data: bytes) -> bytes:
    """Give the shared part of the build with our own place of its WebAssembly."""
    text = data.decode()
    assert text.count(PUBLISHED) == 1, "the build says differently where its WebAssembly lies"
    return text.replace(PUBLISHED, OURS).encode()


if __name__ == "__main__":
    main()
