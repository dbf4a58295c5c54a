"""The site: `.ci/docs.sh OUT`, which draws the gallery first and adds the reference of every language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pdqlite

project = "pdqlite"
author = "the pdqlite authors"
release = version = pdqlite.__version__
copyright = author  # noqa: A001 Sphinx asks for this name

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton", "sphinxarg.ext"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # types of other projects: the site is built without a network

# The domain of the command line has no names to link to.
suppress_warnings = ["myst.domains"]

html_theme = "furo"
html_title = "pdqlite"
html_static_path = ["_static"]
html_css_files = ["pdqlite.css"]
html_show_sphinx = False
html_copy_source = False
templates_path: list[str] = []

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_mock_imports = ["dask", "distributed", "fsspec", "pyarrow"]  # of pdqlite[scale]
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
copybutton_exclude = ".linenos, .gp, .go"


def _apart(app: Any, docname: str, source: list[str]) -> None:
    """Decisions and research notes are in the site, but not in its menu."""
    if docname.startswith(("decisions/", "research/")):
        source[0] = "---\norphan: true\n---\n\n" + source[0]


def _plain(app: Any, what: str, name: str, obj: object, options: Any, lines: list[str]) -> None:
    """Our docstrings are Markdown: `name` is code, and * is an asterisk."""
    lines[:] = [_code(line) for line in lines]


def _code(line: str) -> str:
    parts = line.split("`")
    if len(parts) % 2 == 0:
        return line.replace("`", "\\`")
    for number, part in enumerate(parts):
        if number % 2:
            parts[number] = f"``{part}``"
        else:
            parts[number] = part.replace("*", "\\*").replace("|", "\\|")
    return "".join(parts)


def _outside(app: Any, docname: str, source: list[str]) -> None:
    """Pages of the repository that are not in the site are given as files."""
    top, here = Path(app.srcdir), (Path(app.srcdir) / docname).parent

    def given(found: re.Match[str]) -> str:
        target = (here / found[2]).resolve()
        return found[0] if top in target.parents else f"{{download}}`{found[1]} <{found[2]}>`"

    source[0] = re.sub(r"\[([^\]]+)\]\((\.\./[^)#:]+\.md)\)", given, source[0])


def _counts(app: Any, docname: str, source: list[str]) -> None:
    """The table of counted costs is the budget that CI gates."""
    if docname != "results/devices":
        return
    budget = json.loads((Path(__file__).parents[1] / "benchmarks/arm/budget.json").read_text())["counts"]
    regions = dict.fromkeys(name.split(" arch=")[0] for name in budget)
    lines = ["| region | aarch64 | armv7 |", "|---|---|---|"]
    for region in regions:
        cells = [budget.get(f"{region} arch={arch}") for arch in ("aarch64", "armv7")]
        lines.append(f"| `{region}` | " + " | ".join("" if c is None else f"{c:,.6g}" for c in cells) + " |")
    source[0] = source[0].replace("<!-- counts -->", "\n".join(lines))


def setup(app: Any) -> None:
    app.connect("source-read", _apart)
    app.connect("source-read", _counts)
    app.connect("source-read", _outside)
    app.connect("autodoc-process-docstring", _plain, priority=400)
