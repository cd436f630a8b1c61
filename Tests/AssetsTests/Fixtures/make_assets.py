"""Makes the fixtures of the asset tests: archives, compressed files, Arrow streams, a wheel.

Usage: python make_assets.py   (needs pyarrow; everything else is the standard library)
Writes beside itself; versions and seed are recorded in made-with.json.
"""

import base64
import gzip
import hashlib
import io
import json
import pathlib
import platform
import random
import zipfile
import zlib

import pyarrow as pa
import pyarrow.ipc as ipc

SEED = 20240917
HERE = pathlib.Path(__file__).parent
TIME = (2020, 1, 1, 0, 0, 0)
rng = random.Random(SEED)


class Unseekable(io.RawIOBase):
    """A sink that cannot be rewound: zipfile then writes sizes after the data."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, piece):
        self.data += piece
        return len(piece)


def words(count):
    return " ".join(rng.choice(["entropy", "gate", "token", "loss", "naïve", "数学"]) for _ in range(count))


def entry(name, method=zipfile.ZIP_DEFLATED):
    info = zipfile.ZipInfo(name, TIME)
    info.compress_type = method
    return info


def archives():
    text = words(2000)
    with zipfile.ZipFile(HERE / "plain.zip", "w") as archive:
        archive.writestr(entry("stored.txt", zipfile.ZIP_STORED), "stored content\n")
        archive.writestr(entry("folder/deflated.txt"), text)
        archive.writestr(entry("empty.txt", zipfile.ZIP_STORED), b"")
        archive.writestr(entry("größe.txt"), "größe")
        archive.writestr(entry("../../escape.txt"), "harmless")
        archive.writestr(entry("zeros.bin"), bytes(2_000_000))
        archive.comment = b"a comment that the end record has to account for"
    (HERE / "deflated.txt").write_text(text, encoding="utf-8")
    with zipfile.ZipFile(HERE / "zip64.zip", "w") as archive:
        with archive.open(entry("wide.txt"), "w", force_zip64=True) as member:
            member.write(b"sixty-four bits\n")
        # 0xFFFF members make zipfile write a zip64 end record; a patched limit does so for two.
        limit, zipfile.ZIP_FILECOUNT_LIMIT = zipfile.ZIP_FILECOUNT_LIMIT, 0
        archive.writestr(entry("other.txt"), "other\n")
    zipfile.ZIP_FILECOUNT_LIMIT = limit
    sink = Unseekable()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(entry("streamed.txt"), "sizes come after the data\n")
    (HERE / "streamed.zip").write_bytes(bytes(sink.data))
    with zipfile.ZipFile(HERE / "bzip2.zip", "w") as archive:
        archive.writestr(entry("old.txt", zipfile.ZIP_BZIP2), "bzip2\n")


def rows():
    made = []
    for index in range(40):
        made.append({
            "doc": {"problem": words(12), "level": f"Level {index % 5 + 1}", "index": index},
            "choices": [words(2) for _ in range(rng.randrange(0, 5))],
            "score": rng.random() * 10 ** rng.randrange(-5, 20),
            "missing": None,
            "flag": index % 3 == 0,
        })
    return made


def compressed():
    text = "".join(json.dumps(row, ensure_ascii=row["flag"]) + "\n" for row in rows()).encode()
    (HERE / "rows.jsonl").write_bytes(text)
    middle = text.index(b"\n", len(text) // 2) - 10
    (HERE / "rows.jsonl.gz").write_bytes(
        gzip.compress(text[:middle], mtime=0) + gzip.compress(text[middle:], mtime=0) + bytes(16))
    (HERE / "bomb.gz").write_bytes(gzip.compress(bytes(40_000_000), mtime=0))


def arrow(name, table, chunk, **options):
    with ipc.new_stream(HERE / name, table.schema, options=ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table, max_chunksize=chunk)


def tables():
    count = 23

    def maybe(value):
        return None if rng.random() < 0.25 else value

    columns = {
        "text": pa.array([maybe(words(3)) for _ in range(count)], pa.string()),
        "large": pa.array([maybe(words(2)) for _ in range(count)], pa.large_string()),
        "flag": pa.array([maybe(rng.random() < 0.5) for _ in range(count)], pa.bool_()),
        "nothing": pa.nulls(count),
        "half": pa.array([maybe(rng.randrange(-100, 100) / 4) for _ in range(count)], pa.float16()),
        "single": pa.array([maybe(rng.randrange(-100, 100) / 8) for _ in range(count)], pa.float32()),
        "double": pa.array([maybe(rng.random()) for _ in range(count)], pa.float64()),
        "texts": pa.array(
            [maybe([maybe(words(1)) for _ in range(rng.randrange(0, 4))]) for _ in range(count)],
            pa.list_(pa.string())),
        "numbers": pa.array(
            [maybe([rng.randrange(9) for _ in range(rng.randrange(0, 4))]) for _ in range(count)],
            pa.large_list(pa.int16())),
        "pair": pa.array(
            [maybe([maybe(rng.randrange(9)), rng.randrange(9)]) for _ in range(count)],
            pa.list_(pa.int32(), 2)),
        "choices": pa.array(
            [maybe({"text": [words(1), words(2)], "label": maybe("A")}) for _ in range(count)],
            pa.struct([("text", pa.list_(pa.string())), ("label", pa.string())])),
        "messages": pa.array(
            [[{"role": "user", "content": words(2)}] * rng.randrange(0, 3) for _ in range(count)],
            pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
    }
    for width in (8, 16, 32, 64):
        low, high = -(2 ** (width - 1)), 2 ** (width - 1) - 1
        values = [low, high] + [maybe(rng.randrange(low, high)) for _ in range(count - 2)]
        columns[f"int{width}"] = pa.array(values, getattr(pa, f"int{width}")())
        values = [0, min(2 ** width, 2 ** 63) - 1] + [maybe(rng.randrange(min(2 ** width, 2 ** 63))) for _ in range(count - 2)]
        columns[f"uint{width}"] = pa.array(values, getattr(pa, f"uint{width}")())
    table = pa.table(columns)
    arrow("types.arrow", table, 9)
    (HERE / "types.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_pylist()), encoding="utf-8")
    small = pa.table({"text": ["one", "two", "one"]})
    arrow("empty.arrow", small.slice(0, 0), 9)
    arrow("compressed.arrow", pa.table({"text": ["one" * 100] * 50}), 99, compression="lz4")
    arrow("dictionary.arrow", pa.table({"text": small["text"].dictionary_encode()}), 99)
    arrow("timestamp.arrow", pa.table({"when": pa.array([1, 2], pa.timestamp("s"))}), 99)
    arrow("too-large.arrow", pa.table({"number": pa.array([1, 2 ** 64 - 1], pa.uint64())}), 99)
    with ipc.new_file(HERE / "file.arrow", small.schema) as writer:
        writer.write_table(small)


def wheel():
    name = "replicate_fixture-1.0-py3-none-any.whl"
    members = {
        "replicate_fixture/data.jsonl": "".join(json.dumps({"row": i, "text": words(5)}) + "\n" for i in range(50)),
        "replicate_fixture/part0": words(300),
        "replicate_fixture/part1": words(300),
        "replicate_fixture-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: replicate-fixture\nVersion: 1.0\n",
        "replicate_fixture-1.0.dist-info/WHEEL":
            "Wheel-Version: 1.0\nGenerator: make_assets\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text.encode())}\n"
    members["replicate_fixture-1.0.dist-info/RECORD"] = record + "replicate_fixture-1.0.dist-info/RECORD,,\n"
    with zipfile.ZipFile(HERE / name, "w") as archive:
        for path, text in members.items():
            archive.writestr(entry(path), text)


archives()
compressed()
tables()
wheel()
(HERE / "made-with.json").write_text(json.dumps({
    "python": platform.python_version(), "pyarrow": pa.__version__,
    "zlib": zlib.ZLIB_RUNTIME_VERSION, "seed": SEED}, indent=1) + "\n")
