"""
Make what the JavaScript binding knows of pdqlite.h and pdqlite_sound.h: statuses, constants, layouts of structs in WebAssembly.

    python bindings/js/generate.py            compare with src/header.ts and wasm/layouts.h; exit code 1 if they differ
    python bindings/js/generate.py --write

The layouts are reckoned here for pointers of 4 bytes; wasm/layouts.h has the same figures as assertions, which the
compiler for WebAssembly checks.
"""

import argparse
import json
import re
import sys
from pathlib import Path

from cffi import FFI

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from contract import constants, declarations, promised  # noqa: E402

WORDS = {"size_t", "ptrdiff_t"}  # as wide as a pointer
NUMBERS = {
    "uint8_t": "u8",
    "int8_t": "i8",
    "uint16_t": "u16",
    "int16_t": "i16",
    "uint32_t": "u32",
    "int32_t": "i32",
    "uint64_t": "u64",
}


def parse(header: str) -> FFI:
    ffi, text, values = FFI(), declarations(header), constants(header)
    for name in sorted(values, key=len, reverse=True):
        text = re.sub(rf"(?m)^#define {name} \.\.\.$", "", text)
        text = re.sub(rf"\b{name}\b", str(values[name]), text)
    ffi.cdef(text)
    return ffi


def shape(ffi: FFI, kind, word: bool = False) -> tuple[int, int, object]:
    """Return (bytes, alignment, what JavaScript reads) of a type in WebAssembly with 32-bit addresses."""
    if kind.kind in ("pointer", "function") or word:
        return 4, 4, "u32"
    if kind.kind == "array":
        size, align, what = shape(ffi, kind.item)
        return size * kind.length, align, [what, kind.length]
    if kind.kind == "struct":
        size, align, fields = layout(ffi, kind)
        return size, align, fields
    return ffi.sizeof(kind), ffi.sizeof(kind), NUMBERS[kind.cname]


def layout(ffi: FFI, kind) -> tuple[int, int, dict]:
    """Return (bytes, alignment, {field: [offset, what]}) of a struct."""
    at, most, fields = 0, 1, {}
    for name, field in kind.fields:
        word = field.type.cname in WORDS or (field.type.kind == "array" and field.type.item.cname in WORDS)
        if word and field.type.kind == "array":
            size, align, what = 4 * field.type.length, 4, ["u32", field.type.length]
        else:
            size, align, what = shape(ffi, field.type, word)
        at = (at + align - 1) // align * align
        fields[name] = [at, "i32" if field.type.cname == "ptrdiff_t" else what]
        at, most = at + size, max(most, align)
    return (at + most - 1) // most * most, most, fields


def files() -> dict[Path, str]:
    header = promised()
    ffi = parse(header)
    structs, enums, checks = {}, {}, []
    for name in sorted(ffi.list_types()[0]):
        kind = ffi.typeof(name)
        if kind.kind == "enum":
            enums |= {member: value for value, member in kind.elements.items()}
        elif kind.kind == "struct" and kind.fields is not None:
            size, _, fields = layout(ffi, kind)
            structs[name] = {"size": size, "fields": fields}
            checks.append(f'_Static_assert(sizeof({name}) == {size}, "{name}");')
            checks += [
                f'_Static_assert(offsetof({name}, {field}) == {at}, "{name}.{field}");'
                for field, (at, _) in fields.items()
            ]
    numbers = {k: v for k, v in sorted((constants(header) | enums).items()) if v < 2**53}
    lines = [
        "// Made by generate.py from pdqlite.h: constants, and layouts of structs in WebAssembly.",
        "export const C = {",
    ]
    lines += [f"  {name}: {value}," for name, value in numbers.items()]
    lines += [
        "} as const;",
        "",
        "/** Layouts: bytes of each struct; of each field the offset and its type. */",
        "export const STRUCTS = {",
    ]
    for name, struct in structs.items():
        lines.append(f"  {name}: {{ size: {struct['size']}, fields: {json.dumps(struct['fields'])} }},")
    lines += ["} as const;", ""]
    exported = sorted(
        set(
            re.findall(
                r"^PDQL_API [^;(]*?\b(pdql_\w+)\(",
                re.sub(r"\n +", " ", header.replace("PDQL_API pdql_status\n", "PDQL_API pdql_status ")),
                re.M,
            )
        )
    )
    return {
        HERE / "src" / "header.ts": "\n".join(lines),
        HERE
        / "wasm"
        / "layouts.h": "/* Made by generate.py: the layouts that src/header.ts relies on, checked by the compiler. */\n"
        + "\n".join(checks)
        + "\n",
        HERE / "wasm" / "exports.txt": "\n".join(exported) + "\n",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    stale = []
    for path, text in files().items():
        if args.write:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(str(path.relative_to(HERE)))
    if stale:
        print(f"{', '.join(stale)}: not what pdqlite.h says; run generate.py --write", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
