#!/usr/bin/env python3
"""
The code of the pages in Java, Kotlin, Rust and JavaScript, a file for each block, to be compiled and not run.

    python .ci/snippets.py LANGUAGE DIRECTORY

A block stands inside a function whose arguments are what its page supposes: a picture, the files of a release, a key.
`BESIDE` is written beside the blocks.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).resolve().parents[1] / "docs"
FOLDERS = ("tutorial", "howto", "explanation", "reference")


class Language(NamedTuple):
    file: str
    head: str
    before: str
    after: str


LANGUAGES = {
    "kotlin": Language(
        "block{n}.kt",
        "package block{n}\n\nimport java.nio.ByteBuffer\nimport java.nio.file.*\nimport org.pdqlite.*\n\n"
        "class Plane(val buffer: ByteBuffer, val rowStride: Int, val pixelStride: Int)\n\n"
        "fun picture(path: String): Image = TODO(path)\n",
        "fun block(plane: Plane, width: Int, height: Int, trust: ByteArray, state: ByteArray, manifest: ByteArray, proof: ByteArray, consistency: ByteArray,\n"
        "    policies: List<Release.Signed>, now: Long, key: ByteArray, listFile: ByteBuffer) {\n",
        "}\n",
    ),
    "java": Language(
        "Block{n}.java",
        "import java.nio.ByteBuffer;\nimport org.pdqlite.*;\n\n",
        "class Block{n} {\n    static void block(byte[] rows, ByteBuffer pixels, int width, int height, int rowStride) {\n",
        "    }\n}\n",
    ),
    "rust": Language(
        "block{n}.rs",
        "#![allow(unused)]\nuse pdqlite::*;\n\n",
        "pub fn block(rows: Vec<[u8; 32]>, rgb: &[u8], width: u32, height: u32) -> std::result::Result<(), Box<dyn std::error::Error>> {\n",
        "Ok(())\n}\n",
    ),
    "js": Language(
        "block{n}.ts",
        'import type { Decision, Pdqlite } from "pdqlite";\n'
        "declare const pdq: Pdqlite, files: Record<string, Uint8Array>, trust: Uint8Array, state: Uint8Array, key: Uint8Array;\n"
        "declare const listFile: Blob, localFile: Blob, context: CanvasRenderingContext2D, width: number, height: number;\n"
        "declare const image: ImageData, milliseconds: number, receiptFile: Uint8Array, keepText: string, trustFile: Uint8Array;\n"
        "declare function store(state: Uint8Array): void;\ndeclare function act(decision: Decision): void;\n",
        "export async function block() {\n",
        "}\n",
    ),
}
BESIDE = {
    "js": (
        "noble.d.ts",
        'declare module "@noble/ed25519" {\n'
        "  export function verifyAsync(signature: Uint8Array, message: Uint8Array, key: Uint8Array, options: { zip215: boolean }): Promise<boolean>;\n}\n",
    )
}
_IMPORT = re.compile(r"^import .*\n", re.M)


def blocks(language: str) -> list[tuple[str, str]]:
    """Return page and text of each block in `language`."""
    found = []
    for page in (page for folder in FOLDERS for page in sorted((DOCS / folder).glob("*.md"))):
        for block in re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
            found.append((page.relative_to(DOCS).as_posix(), block))
    return found


def main() -> int:
    name, out = sys.argv[1], Path(sys.argv[2])
    language, found = LANGUAGES[name], blocks(name)
    assert found, f"no page has a block in {name}"
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob(language.file.replace("{n}", "*")):
        old.unlink()
    for n, (page, text) in enumerate(found, 1):
        head, before = (part.replace("{n}", str(n)) for part in (language.head, language.before))
        imports, rest = "".join(_IMPORT.findall(text)), _IMPORT.sub("", text)
        (out / language.file.replace("{n}", str(n))).write_text(
            f"// {page}\n{head}{imports}{before}{rest}{language.after}", encoding="utf-8"
        )
    if name in BESIDE:
        (out / BESIDE[name][0]).write_text(BESIDE[name][1], encoding="utf-8")
    print(f"{len(found)} blocks of {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
