"""
Check that the core is pure: no writable globals, and no symbol it may not import.

    python .ci/purity.py DIRECTORY [--nm NM] [--size SIZE]

DIRECTORY holds the object files of csrc/. For each: .data and .bss are empty, and every undefined
symbol is the core's own, a mem* function, or a helper that the compiler itself calls.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ALLOWED = re.compile(
    r"pdq[li]_\w+"  # the core's own
    r"|mem(cpy|set|move|cmp)|bcmp|(__)?bzero"  # clang asks the last two where they do
    r"|_GLOBAL_OFFSET_TABLE_"
    r"|__(u?divmod|u?div|u?mod|mul|ashl|ashr|lshr|cmp|ucmp|clz|ctz|ffs|popcount)[sdt]i\d"  # libgcc
    r"|__(fix|fixuns|float|floatun)[sdt]f?[sdt]i|__float(un)?[sdt]i[sd]f"
    r"|__aeabi_\w+|_{2,3}chkstk(_ms)?"  # run-time ABI of ARM; probes of the stack on Windows
    r"|getauxval"  # weak, Linux on ARM only: without it the SHA instructions are not used
    r"|__(stack_pointer|linear_memory|indirect_function_table|memory_base)"  # WASM linking
)


def undefined(nm: str, obj: Path) -> list[str]:
    out = subprocess.run([nm, "--undefined-only", str(obj)], capture_output=True, text=True, check=True)
    lines = [line for line in out.stdout.splitlines() if line.strip()]
    names = [line.split()[-1] for line in lines if not line.endswith(":")]
    mach_o = obj.read_bytes()[:4] == b"\xcf\xfa\xed\xfe"  # where C names begin with an underscore
    return [name.removeprefix("_") if mach_o else name for name in names]


def writable(size: str, obj: Path) -> int:
    """Return the bytes of sections that can be written at run time; of WebAssembly, which has one section, the number of such segments."""
    code = obj.read_bytes()
    if code[:4] == b"\0asm":
        return len(re.findall(rb"\.t?(?:data|bss)\.(?!rel\.ro)\w", code))
    out = subprocess.run([size, "-A", str(obj)], capture_output=True, text=True, check=True)
    total = 0
    for line in out.stdout.splitlines():
        match = re.match(r"((?:\.|__)(?:data|bss|common|tdata|tbss|thread_data|thread_bss)\S*)\s+(\d+)", line)
        # .data.rel.ro is constant once the loader has placed it.
        if match and not match[1].startswith(".data.rel.ro"):
            total += int(match[2])
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--size", default="size")
    args = parser.parse_args()
    objects = sorted(args.directory.rglob("*.o"))
    if not objects:
        print(f"purity: no object files below {args.directory}", file=sys.stderr)
        return 2
    faults = []
    for obj in objects:
        if held := writable(args.size, obj):
            faults.append(f"{obj.name}: {held} bytes or segments of writable globals")
        imports = undefined(args.nm, obj)
        faults += [f"{obj.name}: imports {s}" for s in imports if not ALLOWED.fullmatch(s)]
    clean = f"purity: {len(objects)} objects, no writable globals, no foreign imports"
    print("\n".join(faults) if faults else clean)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
