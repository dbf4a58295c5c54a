"""
Make pdqlite-sys/src/ffi.rs from pdqlite.h and pdqlite_sound.h.

    python bindings/rust/generate.py            compare with the file that is there; exit code 1 if they differ
    python bindings/rust/generate.py --write
"""

import argparse
import re
import sys
import textwrap
from pathlib import Path

HERE = Path(__file__).parent
OUTPUT = HERE / "pdqlite-sys" / "src" / "ffi.rs"
sys.path.insert(0, str(HERE.parent))
from comments import said  # noqa: E402
from contract import constants, declarations, promised  # noqa: E402

SCALARS = {"uint8_t": "u8", "int8_t": "i8", "uint16_t": "u16", "int16_t": "i16", "uint32_t": "u32", "int32_t": "i32", "uint64_t": "u64",
           "int64_t": "i64", "size_t": "usize", "ptrdiff_t": "isize", "int": "c_int", "unsigned": "c_uint", "char": "c_char",
           "void": "c_void"}  # fmt: skip
KEYWORDS = {"match", "type", "ref", "in", "use", "where"}


def rust_type(c: str, enums: set[str]) -> str:
    """Return the Rust type of a C type without a name: `const uint8_t *`, `pdql_list **`."""
    stars = c.count("*")
    base = c.replace("*", " ").split()
    constant = "const" in base
    name = " ".join(w for w in base if w != "const")
    out = "c_int" if name in enums and name != "pdql_status" else SCALARS.get(name, name)
    for i in range(stars):
        out = ("*const " if constant and i == 0 else "*mut ") + out
    return out


def declarator(text: str, enums: set[str], argument: bool) -> tuple[str, str]:
    """Return (name, Rust type) of one C declaration of a field or an argument."""
    text = " ".join(text.split())
    pointer = re.fullmatch(r"(.*)\(\*(\w+)\)\((.*)\)", text)
    if pointer:
        arguments = ", ".join(declarator(a, enums, True)[1] for a in pointer[3].split(","))
        result = rust_type(pointer[1], enums)
        gives = "" if result == "c_void" else f" -> {result}"
        return pointer[2], f'Option<unsafe extern "C" fn({arguments}){gives}>'
    found = re.fullmatch(r"(.*?)(\w+)((?:\[\w+\])*)", text)
    assert found, text
    kind, name, sizes = rust_type(found[1], enums), found[2], re.findall(r"\[(\w+)\]", found[3])
    if sizes and argument:
        kind = ("*const " if "const" in found[1] else "*mut ") + kind
    else:
        for size in reversed(sizes):
            kind = f"[{kind}; {size}]"
    return (f"r#{name}" if name in KEYWORDS else name), kind


def documented(words: str, indent: str = "") -> list[str]:
    """Return a comment of Rust: what the header says, nothing of it a link or a tag."""
    out: list[str] = []
    for line in re.sub(r"([\[\]<>])", r"\\\1", words).split("\n"):
        wrapped = textwrap.wrap(
            line,
            112,
            subsequent_indent="  " if line.startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        out += wrapped or [""]
    return [f"{indent}/// {line}".rstrip() for line in out]


def fields(body: str, enums: set[str]) -> list[tuple[str, str]]:
    """Return the fields of a struct; `uint32_t left, top` are two."""
    out = []
    for piece in filter(str.strip, body.split(";")):
        if "(" in piece:
            out.append(declarator(piece, enums, False))
            continue
        first, *more = piece.split(",")
        base = re.match(r"\s*((?:const )?\w+)", first)
        out += [declarator(d, enums, False) for d in [first, *(f"{base[1]} {m}" for m in more)]]
    return out


def rust(header: str) -> str:
    """Return the whole file."""
    text = re.sub(r"(?m)^#define .*$", "", declarations(header))
    values = constants(header)
    for name in sorted(values, key=len, reverse=True):
        text = re.sub(rf"\b{name}\b", str(values[name]), text)
    enums = re.findall(r"typedef enum \w+ \{(.*?)\} (\w+);", text, re.S)
    names = {name for _, name in enums}
    says = said(header)
    lines = ["// Made by bindings/rust/generate.py from pdqlite.h and pdqlite_sound.h. Do not edit.",
             "use core::ffi::{c_char, c_int, c_uint, c_void};", ""]  # fmt: skip
    for name, value in values.items():
        kind = "i32" if value < 0 else "u64" if value > 0xFFFFFFFF else "u32"
        lines += [*documented(says[name]), f"pub const {name}: {kind} = {value};"]
    for body, name in enums:
        kind = "c_int" if name == "pdql_status" else "u32"
        if name == "pdql_status":
            lines += ["", *documented(says[name]), "pub type pdql_status = c_int;"]
        for n, v in re.findall(r"(\w+)\s*=\s*(\d+)", body):
            lines += [*documented(says[n]), f"pub const {n}: {kind} = {v};"]
    for name in re.findall(r"typedef struct (\w+) \1;", text):
        lines += ["", *documented(says[name]), "#[repr(C)]", f"pub struct {name} {{", "    _opaque: [u8; 0],", "}"]
    for body, name in re.findall(r"typedef struct \w+ \{(.*?)\} (\w+);", text, re.S):
        lines += ["", *documented(says[name]), "#[repr(C)]", "#[derive(Clone, Copy)]", f"pub struct {name} {{"]
        for n, t in fields(body, names):
            lines += [*documented(says[f"{name}.{n.removeprefix('r#')}"], "    "), f"    pub {n}: {t},"]
        lines.append("}")
    lines += ["", 'unsafe extern "C" {']
    for piece in re.sub(r"\{[^{}]*\}", "", text).split(";"):
        found = re.fullmatch(r"([\w ]+?[ *]+)(pdql_\w+) ?\((.*)\)", " ".join(piece.split()))
        if found:
            arguments = [] if found[3] == "void" else [declarator(a, names, True) for a in found[3].split(",")]
            result = rust_type(found[1], names)
            gives = "" if result == "c_void" else f" -> {result}"
            lines += documented(says[found[2]], "    ")
            lines.append(f"    pub fn {found[2]}({', '.join(f'{n}: {t}' for n, t in arguments)}){gives};")
    return "\n".join([*lines, "}", ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    made = rust(promised())
    if parser.parse_args().write:
        OUTPUT.write_text(made, encoding="utf-8")
        return 0
    same = OUTPUT.read_text(encoding="utf-8") == made
    print("ffi.rs: as pdqlite.h says" if same else "ffi.rs is not what pdqlite.h says: run with --write")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
