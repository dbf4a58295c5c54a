"""The published list that audits look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.lists.published import publish


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("published") / "list").path
