"""A copy of the repository in which mutants are made, built and tested one after the other."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from mutants import Mutant

KILLED, SURVIVED, SAME_CODE, NOT_BUILT = "killed", "survived", "same code", "does not build"


@dataclass
class Tests:
    """The tests that look at a room: files or folders for pytest, and programs in C."""

    python: tuple[str, ...]
    c: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return " ".join((*self.python, *self.c))


def _run(words: list[str], cwd: Path, seconds: float, **environment: str) -> int | None:
    """Return a program's exit status, None if it took too long; it and what it started are gone then."""
    with subprocess.Popen(
        words,
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        try:
            return running.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, 9)
            running.wait()
            return None


@dataclass
class Workspace:
    """
    Args:
        root: The repository.
        work: A folder for the copy and its builds; what lay there goes.
    """

    root: Path
    work: Path
    durations: dict[str, float] = field(default_factory=dict)
    stale: bool = False  # what is built holds a mutant

    @property
    def tree(self) -> Path:
        return self.work / "tree"

    def prepare(self, c_tests: bool) -> None:
        """Copy the files that git knows, and build the core (and its C tests) once."""
        names = subprocess.run(
            ["git", "ls-files", "-z"], cwd=self.root, check=True, capture_output=True, text=True
        ).stdout.split("\0")
        shutil.rmtree(self.work, ignore_errors=True)
        for name in filter(None, names):
            if (self.root / name).is_file():
                (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(self.root / name, self.tree / name)
        self._configure("module", "-DPDQL_PYTHON=ON", f"-DPython_EXECUTABLE={sys.executable}")
        if c_tests:
            self._configure("programs", "-DPDQL_TESTS=ON")
        self.c_tests = c_tests
        if not self.build():
            raise SystemExit("the core does not build without any mutant")
        self.code = self._code()

    def _configure(self, name: str, *options: str) -> None:
        words = ["cmake", "-S", str(self.tree / "csrc"), "-B", str(self.work / name), "-G", "Ninja", *options]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    def build(self) -> bool:
        """Build what changed, and put the module beside the package; False if a compiler refuses."""
        for name in ("module", "programs")[: 1 + self.c_tests]:
            if _run(["cmake", "--build", str(self.work / name)], self.work, 900):
                return False
        for made in (self.work / "module").glob("_core.*so"):
            shutil.copy2(made, self.tree / "pdqlite" / made.name)
        return True

    def _code(self) -> bytes:
        """Return a digest of the module: the same if a mutant changes no machine code."""
        return b"".join(
            hashlib.sha256(p.read_bytes()).digest() for p in sorted((self.work / "module").glob("_core.*so"))
        )

    def passes(self, tests: Tests, seconds: float) -> bool:
        """Return True if all of these tests pass within the time."""
        end = time.monotonic() + seconds
        for name in tests.c:
            if _run([str(self.work / "programs" / name)], self.tree, max(1.0, end - time.monotonic())) not in (0, 77):
                return False
        if not tests.python:
            return True
        words = [sys.executable, "-P", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests.python]
        status = _run(
            words,
            self.tree,
            max(1.0, end - time.monotonic()),
            PYTHONPATH=str(self.tree),
            PYTHONDONTWRITEBYTECODE="1",
            CI="1",
        )
        return status == 0

    def baseline(self, tests: Tests) -> float:
        """Return how long these tests take without a mutant; they must pass."""
        if tests.name not in self.durations:
            start = time.monotonic()
            if not self.passes(tests, 3600):
                raise SystemExit(f"these tests fail without any mutant: {tests.name}")
            self.durations[tests.name] = time.monotonic() - start
        return self.durations[tests.name]

    def judge(self, mutant: Mutant, tests: Tests) -> str:
        """Make one mutant, build and test it, and take it back; return what became of it."""
        if tests.name not in self.durations and self.stale:
            self.build()
        limit = 60 + 6 * self.baseline(tests)
        file = self.tree / mutant.path
        source = file.read_text(encoding="utf-8")
        changed = mutant.applied(source)
        native = not mutant.path.endswith(".py")
        if not native:
            if self.stale:
                self.build()
                self.stale = False
            try:
                compile(changed, mutant.path, "exec")
            except SyntaxError:
                return NOT_BUILT
        try:
            file.write_text(changed, encoding="utf-8")
            if native and not self.build():
                return NOT_BUILT
            if native and self._code() == self.code:
                return SAME_CODE
            return SURVIVED if self.passes(tests, limit) else KILLED
        finally:
            file.write_text(source, encoding="utf-8")  # the next mutant builds it again
            self.stale = self.stale or native
