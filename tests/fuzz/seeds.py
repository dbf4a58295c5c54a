"""
Write small seed corpora for the list's fuzz targets: `python tests/fuzz/seeds.py OUT` makes OUT/<target>/.

Taken from tests/vectors/list (log.json, deltas.json, cases.json). The plaintexts of deltas and local sections are
decrypted with the vectors' own key.
"""

import hashlib
import json
import sys
from pathlib import Path

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag

VECTORS = Path(__file__).parents[1] / "vectors" / "list"


def blob(name: str) -> bytes:
    return (VECTORS / "blobs" / name).read_bytes()


def cases(name: str) -> list[dict]:
    loaded = json.loads((VECTORS / name).read_text())
    return loaded if isinstance(loaded, list) else loaded["cases"]


def put(out: Path, target: str, data: bytes) -> None:
    (out / target).mkdir(parents=True, exist_ok=True)
    (out / target / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def framed(parts: list[bytes]) -> bytes:
    return b"".join(len(p).to_bytes(3, "big") + p for p in parts)


def releases(out: Path) -> None:
    for case in cases("log.json") + cases("cases.json"):
        files = {name: blob(data) for name, data in case["files"].items()}
        state = blob(case["state"]) if case.get("state") else b""
        more = next((d for n, d in files.items() if n.startswith("consistency-")), b"")
        if any(len(d) > 100_000 for n, d in files.items() if not n.endswith(".cob")):
            continue
        parts = [blob(case["trust"]), state, files.get("manifest", b""), files.get("manifest.tlog-proof", b""), more]
        for version in range(4):
            parts += [files.get(f"policy-{version}", b""), files.get(f"policy-{version}.tlog-proof", b"")]
        put(out, "fuzz_release", framed(parts))
        put(out, "fuzz_list", b"\0" + parts[0])
        put(out, "fuzz_list", b"\1" + parts[2])
        for name, data in files.items():
            if len(data) > 20_000:  # made to be past a limit: no seed
                continue
            if name.endswith("tlog-proof"):
                put(out, "fuzz_proof", len(data).to_bytes(2, "big") + data + more)
            elif name.startswith("policy-"):
                put(out, "fuzz_policy", data.rpartition(b"\n\n")[0] + b"\n")
                put(out, "fuzz_note", data)
        if state:
            put(out, "fuzz_state", state)


def deltas(out: Path) -> None:
    for case in cases("deltas.json"):
        files = {name: blob(data) for name, data in {**case["files"], **case.get("whole", {})}.items()}
        text = files["manifest"].decode("utf-8", "replace")
        origin = text.split("origin ")[1].split("\n")[0]
        video, local = "type video" in text, "\nlocal " in text
        for name, section, more in (("delta-0.cob", "delta", "0\n"), ("local.cob", "local", "")):
            try:
                decryptor = Cobblestone256Decryptor(
                    bytes.fromhex(case["key"]), f"pdqlite.org/{section}/v1\n{origin}\n{more}1\n".encode()
                )
                plain = decryptor.update(files[name]) + decryptor.finalize()
            except (KeyError, ValueError, InvalidTag):  # a file that does not decrypt is no seed
                continue
            put(out, "fuzz_delta", bytes([(section == "local") + 2 * video + 4 * local]) + plain)


def main() -> None:
    releases(Path(sys.argv[1]))
    deltas(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
