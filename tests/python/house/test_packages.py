"""What every package says of itself, in one voice; pages that are made of recorded figures."""

import json
import re
import runpy
import tomllib

from support import ROOT

HOME, SOURCE = "https://pdqlite.org", "https://pdqlite.org/pdqlite.git"


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_one_version_licence_and_address() -> None:
    found = re.search(r'PDQL_VERSION "([^"]+)"', text("csrc/include/pdqlite.h"))
    assert found
    version = found[1]
    rust = tomllib.loads(text("bindings/rust/Cargo.toml"))["workspace"]["package"]
    npm = json.loads(text("bindings/js/package.json"))
    python = tomllib.loads(text("pyproject.toml"))["project"]
    assert (rust["version"], rust["license"], rust["homepage"], rust["repository"]) == (
        version,
        "Apache-2.0",
        HOME,
        SOURCE,
    )
    assert (npm["version"], npm["license"], npm["homepage"], npm["repository"]["url"]) == (
        version,
        "Apache-2.0",
        HOME,
        f"git+{SOURCE}",
    )
    assert (python["license"], python["urls"]) == ("Apache-2.0", {"Homepage": HOME, "Repository": SOURCE})
    pom = text("bindings/java/pom.xml")
    for said in (f"<version>{version}</version>", "<name>Apache-2.0</name>", f"<url>{HOME}</url>", f"scm:git:{SOURCE}"):
        assert said in pom


def test_crates_carry_their_licence_and_readme() -> None:
    for crate in ("pdqlite", "pdqlite-sys"):
        folder = ROOT / "bindings/rust" / crate
        manifest = tomllib.loads((folder / "Cargo.toml").read_text(encoding="utf-8"))["package"]
        assert manifest["readme"] == "README.md" and (folder / "README.md").is_file()
        assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_swift_package_names_the_rooms_that_there_are() -> None:
    package = text("bindings/swift/Package.swift")
    rooms = {line.split("/")[0] for line in text("csrc/cmake/sources.txt").splitlines() if line.strip()}
    listed, left = (
        set(re.findall(r'"([\w.]+)"', re.search(rf"{name}: \[(.*?)\]", package)[1])) for name in ("sources", "exclude")
    )  # type: ignore[index]
    assert listed == rooms
    assert {p.name for p in (ROOT / "csrc").iterdir()} - {".clang-format-ignore", "include"} == listed | left
    assert (ROOT / "bindings/swift/Sources/CPdqlite").resolve() == (ROOT / "csrc").resolve()


def test_the_android_sample_asks_for_no_right_and_takes_this_version() -> None:
    manifest, build = (text(f"bindings/java/android-sample/{n}") for n in ("AndroidManifest.xml", "build.gradle.kts"))
    assert "uses-permission" not in manifest
    activity = re.search(r'activity android:name="([\w.]+)"', manifest)
    assert activity and (ROOT / "bindings/java/android-sample/src" / f"{activity[1].replace('.', '/')}.kt").is_file()
    version = re.search(r"<version>(.*?)</version>", text("bindings/java/pom.xml"))
    assert version and f'"org.pdqlite:pdqlite-android:{version[1]}@aar"' in build


def test_the_page_of_bindings_has_the_recorded_sizes_and_tests() -> None:
    table = runpy.run_path(str(ROOT / "bindings/table.py"))
    for made in (table["sizes"](), table["misuse"](), *table["table"](None).splitlines(True)[:-1]):
        assert made in text("docs/reference/bindings.md"), "made anew by: python bindings/table.py BUILD_DIRECTORY"
