"""`scale hash`, `merge`, `build` and `status` make the list of `list build`, whatever the order, the engine and the store."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest

import pdqlite
from pdqlite import scale
from pdqlite.cli.main import main
from pdqlite.cli.walking import walk
from pdqlite.errors import ArgumentError, ScaleError
from pdqlite.scale import spill
from pdqlite.scale.run import _walk
from pdqlite.scale.stores import LocalStore
from pdqlite.scale.stores import place as order_of
from support import HANGS
from support import scale as drawn


def test_the_bytes_of_the_sequential_way(place: SimpleNamespace, shards: Path, tmp_path: Path) -> None:
    assert set(place.expected) == {
        f"{k}/{f}" for k in ("image", "video") for f in ("list.cob", "local.cob", "manifest")
    }
    assert drawn.built([shards / "b", shards / "a"], tmp_path, place.key) == place.expected


def test_other_shards_parts_and_memory(place: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of other sizes, files hashed twice in other company, and entries that are merged in many parts."""
    for n, files in enumerate((1, 7)):
        drawn.hashed(place.root, tmp_path / str(n), files)
    monkeypatch.setattr(spill, "ROW_BYTES", 1 << 22)
    outputs: list[Path | str] = [tmp_path / n / s for n in "10" for s in "ba"]
    random.Random(1).shuffle(outputs)
    assert drawn.built(outputs, tmp_path, place.key, "--memory", "256MiB") == place.expected
    about = json.loads((tmp_path / "merged" / "merge.json").read_text())
    assert (about["files"], about["doubled"], about["superseded"]) == (66, 66, 0)
    assert (
        about["exact_repeats"] == 2 + 2 + 12 + 1
    )  # in each folder a picture and a video; in both 12 pictures, the flat one


def test_a_restart_does_only_what_is_missing(place: SimpleNamespace, shards: Path, tmp_path: Path) -> None:
    there = tmp_path / "a"
    (there / "shards").mkdir(parents=True)
    names = sorted(path.name for path in (shards / "a" / "shards").iterdir())
    for name in names[1:]:
        (there / "shards" / name).write_bytes((shards / "a" / "shards" / name).read_bytes())
    (there / "shards" / ".0011.part").write_bytes(b"half")
    missing = len(set(pq.read_table(shards / "a" / "shards" / names[0])["path"].to_pylist()))
    assert main(["scale", "status", str(there), "--of", str(place.root / "a")]) == 1
    (found,) = drawn.hashed(place.root, tmp_path, 5, "a")
    assert (found.before, found.done.files) == (33 - missing, missing)
    assert sorted(p.name for p in (there / "shards").glob("*.parquet")) == names  # the same content, the same name
    assert main(["scale", "status", str(there), "--of", str(place.root / "a")]) == 0


def test_an_output_among_the_files(place: SimpleNamespace, tmp_path: Path) -> None:
    """Shards that lie under what is hashed are no files to hash."""
    drawn.save(tmp_path / "p.jpg", 1)
    for before, done in ((0, 1), (1, 0)):
        with scale.any_engine(drawn.Here(), 1) as engine:
            found = scale.hash_files([f"{tmp_path}/"], str(tmp_path / "out"), scale.Settings("a.example"), engine)
        assert (found.listed, found.before, found.done.files) == (1, before, done)
    assert scale.status(str(tmp_path / "out"), [str(tmp_path)]).missing == 0


def test_an_output_that_is_the_folder_of_the_files(place: SimpleNamespace, tmp_path: Path) -> None:
    drawn.save(tmp_path / "p.jpg", 1)
    drawn.save(tmp_path / "shards-of-glass" / "q.jpg", 2)
    for before, done in ((0, 2), (2, 0), (2, 0)):
        with scale.any_engine(drawn.Here(), 1) as engine:
            found = scale.hash_files([str(tmp_path)], str(tmp_path), scale.Settings("a.example"), engine)
        assert (found.listed, found.before, found.done.files) == (2, before, done)


def test_two_runs_on_one_output_at_once(place: SimpleNamespace, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda files: drawn.hashed(place.root, tmp_path, files), (4, 6)))
    assert drawn.built([tmp_path / "a", tmp_path / "b"], tmp_path, place.key) == place.expected


def test_a_damaged_shard(place: SimpleNamespace, shards: Path, tmp_path: Path) -> None:
    there = tmp_path / "a" / "shards"
    there.mkdir(parents=True)
    for path in (shards / "a" / "shards").glob("*.parquet"):
        (there / path.name).write_bytes(path.read_bytes())
    broken = sorted(there.iterdir())[0]
    broken.write_bytes(broken.read_bytes()[:-1])
    with pytest.raises(ScaleError, match="is damaged: run the same"):
        scale.merge([str(tmp_path / "a")], str(tmp_path / "merged"))
    assert not (tmp_path / "merged").exists()
    assert main(["scale", "status", str(tmp_path / "a")]) == 1
    (found,) = drawn.hashed(place.root, tmp_path, 5, "a")
    assert found.broken == 1 and 0 < found.done.files <= 5
    assert drawn.built([tmp_path / "a", shards / "b"], tmp_path, place.key) == place.expected


def test_shards_that_do_not_fit(place: SimpleNamespace, shards: Path, tmp_path: Path) -> None:
    there = tmp_path / "a" / "shards"
    there.mkdir(parents=True)
    table = pq.read_table(sorted((shards / "a" / "shards").glob("*.parquet"))[0])
    for version, said in (({b"pdqlite-scale": b"2"}, "version 2; this pdqlite reads version 1"), ({}, "did not write")):
        sink = tmp_path / "one"
        pq.write_table(table.replace_schema_metadata(version), sink)
        name = pdqlite.scale.rows.hashlib.sha256(sink.read_bytes()).hexdigest()
        (there / f"{name}.parquet").write_bytes(sink.read_bytes())
        for call in (lambda: drawn.hashed(place.root, tmp_path, 5, "a"), lambda: scale.merge([str(tmp_path / "a")], str(tmp_path / "m"))):  # fmt: skip
            with pytest.raises(ScaleError, match=said):
                call()
        assert scale.status(str(tmp_path / "a")).foreign == 1
        (there / f"{name}.parquet").unlink()
    with scale.any_engine(drawn.Here(), 1) as engine:
        for settings in (scale.Settings("b.example"), scale.Settings("a.example", "other"), scale.Settings("a.example", signatures=False)):  # fmt: skip
            with pytest.raises(ScaleError, match="its own output"):
                scale.hash_files([str(place.root / "a")], str(shards / "a"), settings, engine)


def test_what_cannot_be_merged_or_built(shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match="no shards"):
        scale.merge([str(tmp_path)], str(tmp_path / "merged"))
    monkeypatch.setattr(sys.modules["pdqlite.scale.merge"], "MOST", 1)
    with pytest.raises(ArgumentError, match="2 organisations: a list can name 1"):
        scale.merge([str(shards / "a"), str(shards / "b")], str(tmp_path / "merged"))
    assert not list(tmp_path.iterdir())
    with pytest.raises(ScaleError, match="no merge"):
        scale.read_merged(str(tmp_path))


def test_at_least_two_sources(place: SimpleNamespace, shards: Path, tmp_path: Path) -> None:
    words = ["--submitted", "a.example", str(place.root / "a"), "--submitted", "b.example", str(place.root / "b")]
    more = ["--key", str(place.key), "--min-sources", "2", "--no-keypoints", *drawn.TERMS]
    assert main(["list", "build", *words, "--skip-broken", "-o", str(tmp_path / "expected"), *more, "--type", "image"]) == 0  # fmt: skip
    scale.merge([str(shards / "a"), str(shards / "b")], str(tmp_path / "merged"), near_bits=0)
    assert main(["scale", "build", str(tmp_path / "merged"), "-o", str(tmp_path / "made"), *more, "--type", "image"]) == 0  # fmt: skip
    assert drawn.bytes_of(tmp_path / "made") == drawn.bytes_of(tmp_path / "expected")


def test_files_are_met_in_the_order_of_a_walk(tmp_path: Path) -> None:
    rng = random.Random(3)
    names = ["a", "b", "a.b", "a-b", "A", "é", "\U0001f600", "\udcff", "\uffee", "a b", "z\n"]
    for _ in range(60):
        folder = tmp_path.joinpath(*rng.choices(names, k=rng.randrange(3)))
        if not folder.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / ("f" + rng.choice(names))).write_bytes(b"")
            (folder / (rng.choice(names) + ".f")).write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "a.f")
    expected = [item.name for item in walk([str(tmp_path)]).items]
    found = [item.path for item in _walk(LocalStore(str(tmp_path)), 0, scale.Summary(), False, "")]
    assert found == expected and sorted(found, key=order_of) == expected and len(found) > 40


def test_the_s3_of_others(place: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same files in a bucket, the shards in another: the same list."""
    pytest.importorskip("s3fs", reason="no s3fs: stores like S3 are not tested")
    server = pytest.importorskip("moto.server", reason="no moto[server]: stores like S3 are not tested")
    serving = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    serving.start()
    try:
        host, port = serving.get_host_and_port()
        for name, value in (("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "y"), ("AWS_ENDPOINT_URL", f"http://{host}:{port}")):  # fmt: skip
            monkeypatch.setenv(name, value)
        import s3fs

        store = s3fs.S3FileSystem()
        for bucket in ("media", "made"):
            store.mkdir(bucket)
        outputs: list[Path | str] = []
        for name in "ab":
            store.put(str(place.root / name), f"media/{name}", recursive=True)
            outputs.append(f"s3://made/{name}")
            words = ["scale", "hash", f"s3://media/{name}", "-o", f"s3://made/{name}", "--source", f"{name}.example"]
            assert main([*words, "--workers", "1", "--pool", "--shard-files", "9"]) == 0
        assert scale.status("s3://made/a", ["s3://media/a"]).missing == 0
        assert drawn.built(outputs, tmp_path, place.key) == place.expected
    finally:
        serving.stop()


def test_without_the_extra() -> None:
    """Nothing else needs Dask; `scale` says what to install, and its help needs nothing."""
    hidden = "import sys\nfor name in ('dask', 'distributed', 'pyarrow', 'fsspec'): sys.modules[name] = None\n"
    code = "from pdqlite.cli.main import main\nimport pdqlite\n"
    for words, status in ((["scale", "--help"], 0), (["scale", "hash", "--help"], 0), (["scale", "status", "x"], 2)):
        run = subprocess.run(
            [sys.executable, "-P", "-c", f"{hidden}{code}sys.exit(main({words!r}))"], capture_output=True, text=True, timeout=HANGS
        )  # fmt: skip
        assert run.returncode == status, run.stderr
    assert "pip install 'pdqlite[scale]'" in run.stderr and "Traceback" not in run.stderr
    code = "import sys, pdqlite, pdqlite.cli.main as m; m.build_parser(); print([n for n in ('dask', 'pyarrow', 'fsspec') if n in sys.modules])"  # fmt: skip
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=HANGS)
    assert run.stdout == "[]\n", run.stderr


def test_rows_say_what_was_found(place: SimpleNamespace, shards: Path) -> None:
    every = pq.read_table(shards / "a" / "shards").to_pylist()
    by_path = {row["path"].decode().removeprefix(f"{place.root}/a/"): row for row in every}
    for name, row in by_path.items():
        data = (place.root / "a" / name).read_bytes()
        assert row["sha256"] == pdqlite.scale.rows.hashlib.sha256(data).digest() and row["size"] == len(data)
    one = by_path["0/deep/p000.jpg"]
    assert one["pdq"] == pdqlite.hash_image(str(place.root / "a/0/deep/p000.jpg")).bits
    assert (one["kind"], one["source"], one["error"]) == ("picture", "a.example", None)
    assert by_path["2/empty.jpg"]["error"].startswith("NotMediaError") and by_path["2/empty.jpg"]["pdq"] is None
    assert by_path["notes"]["error"].startswith("no picture or video")
    assert np.all([str(place.root) not in (row["error"] or "") for row in every])
