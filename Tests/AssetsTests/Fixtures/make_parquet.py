"""Makes the Parquet fixtures: pairwise combinations of what writers choose, and files as older writers made them.

Usage: python make_parquet.py                              the committed fixtures, beside this file
       python make_parquet.py --folder DIR --seed S --count N    N random combinations in a folder

Needs pyarrow and carquet. Every file stands beside its rows as JSON lines. Rows are those that were written, and both
pyarrow and carquet have to read them back; where carquet cannot, the reason is counted and printed. Versions and seed are
recorded in parquet-made-with.json.
"""

import argparse
import collections
import io
import itertools
import json
import pathlib
import platform
import random
import sys
import tempfile
import zipfile

import carquet
import legacy_parquet
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 20261130
HERE = pathlib.Path(__file__).parent

INTEGERS = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
TYPES = ["string", "large_string", "json", "bool", "null", "float16", "float32", "float64", *INTEGERS]
FACTORS = {
    "type": TYPES,
    "nesting": ["flat", "required", "list", "pair", "lists", "struct", "structs", "objects", "deep"],
    "encoding": ["plain", "dictionary", "overflow", "delta", "length", "prefix", "split", "runs"],
    "compression": ["none", "snappy", "gzip", "zstd", "brotli", "lz4"],
    "version": ["1.0", "2.0"],
    "statistics": [True, False],
    "checksum": [True, False],
    "index": [True, False],
    "nulls": ["none", "few", "many", "all", "runs"],
    "groups": ["one", "several", "empty", "no rows"],
    "pages": ["tiny", "rows", "large"],
    "values": ["random", "equal", "rising", "extreme"],
}
ENCODINGS = {
    "delta": "DELTA_BINARY_PACKED", "length": "DELTA_LENGTH_BYTE_ARRAY", "prefix": "DELTA_BYTE_ARRAY",
    "split": "BYTE_STREAM_SPLIT", "runs": "RLE", "plain": "PLAIN",
}


def is_possible(case: dict) -> bool:
    """Whether pyarrow can write these levels of factors together; missing ones may be anything."""
    kind, encoding = case.get("type"), case.get("encoding")
    if case.get("nesting") == "required" and case.get("nulls", "none") != "none":
        return False
    if kind == "null":
        return encoding in (None, "plain") and case.get("nulls") in (None, "all") and case.get("nesting") != "required"
    # pyarrow makes no arrays of lists of them.
    if kind == "json" and case.get("nesting") not in (None, "flat", "required"):
        return False
    if kind is None or encoding is None:
        return True
    is_text = kind in ("string", "large_string", "json")
    return {
        "delta": kind in INTEGERS,
        "length": is_text,
        "prefix": is_text or kind == "float16",
        "split": kind in INTEGERS or kind.startswith("float"),
        "runs": kind == "bool",
        "dictionary": kind != "bool",
        "overflow": kind != "bool",
        "plain": True,
    }[encoding]


def complete(case: dict, rng: random.Random) -> dict | None:
    """The case with levels for all factors; None where that was not found."""
    for _ in range(200):
        full = {factor: case.get(factor) or rng.choice(levels) for factor, levels in FACTORS.items()}
        full.update({factor: level for factor, level in case.items()})
        if is_possible(full):
            return full
    return None


def pairs(case: dict) -> set:
    """All combinations of two levels in a case."""
    return set(itertools.combinations(sorted(case.items(), key=lambda item: item[0]), 2))


def pairwise(rng: random.Random) -> list[dict]:
    """Cases in which every possible combination of two levels is; greedy."""
    wanted = set()
    for one, other in itertools.combinations(sorted(FACTORS), 2):
        for levels in itertools.product(FACTORS[one], FACTORS[other]):
            pair = tuple(zip((one, other), levels))
            if complete(dict(pair), rng):
                wanted.add(pair)
    cases = []
    while wanted:
        seed = dict(min(wanted, key=repr))
        candidates = [c for c in (complete(seed, rng) for _ in range(60)) if c]
        best = max(candidates, key=lambda c: len(pairs(c) & wanted))
        cases.append(best)
        wanted -= pairs(best)
    return cases


# MARK: Values

WORDS = ["entropy", "gate", "token", "loss", "naïve", "数学", "$x^2$", "\\frac", "🙂", "\n"]


def scalar_type(name: str) -> pa.DataType:
    return pa.json_() if name == "json" else getattr(pa, {"null": "null", "bool": "bool_"}.get(name, name))()


class Values:
    """Values of one type, one after the other."""

    def __init__(self, case: dict, rng: random.Random):
        self.case, self.rng, self.count, self.run = case, rng, 0, 0
        self.isNull = False

    def is_null(self) -> bool:
        pattern = self.case["nulls"]
        if pattern == "runs":
            if self.run == 0:
                self.run, self.isNull = self.rng.randrange(1, 30), not self.isNull
            self.run -= 1
            return self.isNull
        return self.rng.random() < {"none": 0, "few": 0.1, "many": 0.7, "all": 1}[pattern]

    def next(self):
        return None if self.case["type"] == "null" or self.is_null() else self.value()

    def value(self):
        kind, shape, rng = self.case["type"], self.case["values"], self.rng
        self.count += 1
        if kind in ("string", "large_string", "json"):
            text = {
                "random": lambda: " ".join(rng.choices(WORDS, k=rng.randrange(6))),
                "equal": lambda: "always the same",
                "rising": lambda: f"a common beginning {self.count // 3:06}",
                "extreme": lambda: rng.choice(["", "", "x", "é" * 400]),
            }[shape]()
            return json.dumps([text]) if kind == "json" else text
        if kind == "bool":
            return {"random": rng.random() < 0.5, "equal": True, "rising": self.count % 40 < 20,
                    "extreme": self.count % 2 == 0}[shape]
        if kind.startswith("float"):
            # Exact in every width.
            limit = {"float16": 65504.0, "float32": 2.0**120, "float64": 1e308}[kind]
            return {"random": rng.randrange(-400, 400) / 8, "equal": 0.25, "rising": float(self.count % 2000),
                    "extreme": rng.choice([limit, -limit, 0.0, 2.0**-14])}[shape]
        bits = int(kind.lstrip("uint"))
        # This project's JSON has integers of 64 bits with a sign.
        low, high = (0, min(2**bits, 2**63) - 1) if kind[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        return {"random": rng.randrange(low, high + 1), "equal": 7, "rising": self.count % (high + 1),
                "extreme": rng.choice([low, high, 0])}[shape]


def nest(case: dict, values: Values, scalar: pa.DataType):
    """The type of a column, and a function that gives a value of it."""
    rng = values.rng

    def some(make, least=0):
        return [make() for _ in range(rng.randrange(least, 5))]

    def maybe(make):
        return None if case["nulls"] != "none" and rng.random() < 0.15 else make()

    match case["nesting"]:
        case "flat" | "required":
            return scalar, values.next
        case "list":
            return pa.list_(scalar), lambda: maybe(lambda: some(values.next))
        case "pair":
            return pa.list_(scalar, 2), lambda: maybe(lambda: [values.next(), values.next()])
        case "lists":
            return pa.large_list(pa.list_(scalar)), lambda: maybe(lambda: some(lambda: maybe(lambda: some(values.next))))
        case "struct":
            kind = pa.struct([("a", scalar), ("b", pa.int32())])
            return kind, lambda: maybe(lambda: {"a": values.next(), "b": rng.randrange(9)})
        case "structs":
            kind = pa.struct([("a", pa.struct([("b", scalar)])), ("c", scalar)])
            return kind, lambda: maybe(lambda: {"a": maybe(lambda: {"b": values.next()}), "c": values.next()})
        case "objects":
            kind = pa.list_(pa.struct([("content", scalar), ("role", pa.string())]))
            make = lambda: maybe(lambda: {"content": values.next(), "role": rng.choice(["user", "assistant"])})
            return kind, lambda: maybe(lambda: some(make))
        case "deep":
            kind = pa.list_(pa.struct([("x", pa.list_(pa.list_(scalar))), ("y", pa.list_(pa.bool_()))]))
            inner = lambda: maybe(lambda: some(lambda: maybe(lambda: some(values.next))))
            make = lambda: maybe(lambda: {"x": inner(), "y": maybe(lambda: some(lambda: True))})
            return kind, lambda: maybe(lambda: some(make))


def leaf_paths(field: pa.Field, path: str) -> list[tuple[str, pa.DataType]]:
    kind = field.type
    if isinstance(kind, pa.BaseExtensionType):
        return [(path, kind)]
    if pa.types.is_struct(kind):
        return [leaf for member in kind for leaf in leaf_paths(member, f"{path}.{member.name}")]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return leaf_paths(kind.value_field, f"{path}.list.element")
    return [(path, kind)]


# MARK: Files


def write(case: dict, rng: random.Random, path, scale: int = 1) -> list[dict]:
    """Writes a file, with `scale` times as many rows, and gives its rows."""
    values = Values(case, rng)
    kind, make = nest(case, values, scalar_type(case["type"]))
    # Arrays of extension types come only from those that they are stored as.
    storage = nest(case, values, pa.string())[0] if case["type"] == "json" else kind
    field = pa.field("value", kind, nullable=case["nesting"] != "required")
    schema = pa.schema([pa.field("id", pa.int64()), field])
    sizes = {"one": [40], "several": [17, 1, 30], "empty": [12, 0, 15], "no rows": [0]}[case["groups"]]
    if case["pages"] == "large":
        sizes = [size * 5 for size in sizes]
    sizes = [size * scale for size in sizes]
    rows = [{"id": index, "value": make()} for index in range(sum(sizes))]
    options = {
        "compression": case["compression"], "data_page_version": case["version"],
        "write_statistics": case["statistics"], "write_page_checksum": case["checksum"],
        "write_page_index": case["index"], "store_schema": False,
    }
    if case["pages"] == "tiny":
        options |= {"data_page_size": 64, "write_batch_size": 3}
    elif case["pages"] == "rows":
        options |= {"max_rows_per_page": 7, "write_batch_size": 2}
    if case["encoding"] in ("dictionary", "overflow"):
        options["use_dictionary"] = True
        if case["encoding"] == "overflow":
            options |= {"dictionary_pagesize_limit": 48, "write_batch_size": 4}
    else:
        options["use_dictionary"] = False
        if case["type"] != "null":
            main = scalar_type(case["type"])
            options["column_encoding"] = {
                name: ENCODINGS[case["encoding"]] for name, leaf in leaf_paths(field, "value") if leaf == main
            }
    first = 0
    with pq.ParquetWriter(path, schema, **options) as writer:
        for size in sizes:
            part = rows[first : first + size]
            columns = [pa.array([row["id"] for row in part], pa.int64())]
            column = pa.array([row["value"] for row in part], storage)
            columns.append(column if storage == kind else column.cast(kind))
            writer.write_table(pa.table(columns, schema=schema))
            first += size
    return rows


class Agreement:
    """What the other readers say to the files."""

    def __init__(self):
        self.counts = collections.Counter()
        self.differences = []

    def check(self, name: str, path: str, rows: list[dict]) -> bool:
        """Compares the rows of a file; whether pyarrow can read at all what it has written."""
        try:
            found = pq.ParquetFile(path).read().to_pylist()
        except pa.ArrowInvalid as error:
            self.counts[f"pyarrow: {error}"] += 1
            return False
        if found != rows:
            sys.exit(f"pyarrow reads {name} otherwise than it was written:\n{rows}\n{found}")
        self.counts["pyarrow: equal"] += 1
        try:
            same = carquet.read_table(path).to_pylist() == rows
        except Exception as error:
            self.counts[f"carquet: {str(error).removeprefix(path)[:60]}"] += 1
            return True
        self.counts["carquet: equal" if same else "carquet: different"] += 1
        if not same:
            self.differences.append(name)
        return True

    def print(self):
        for what, count in sorted(self.counts.items()):
            print(f"{count:6} {what}")
        for name in self.differences[:20]:
            print(f"       carquet differs: {name}")


def describe(case: dict) -> str:
    return " ".join(str(level).replace(" ", "-") for level in case.values())


def lines(rows: list[dict]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def numina(path) -> list[dict]:
    """A table with the columns of NuminaMath-CoT, of many pages, rows of very different sizes, and a row group of each kind."""
    rng = random.Random(SEED)
    text = lambda count: " ".join(rng.choices(WORDS, k=count))
    rows = [{
        "source": rng.choice(["aops_forum", "olympiads", "synthetic_math"]), "problem": text(rng.randrange(3, 9)),
        "solution": text(rng.choice([1, 9, 30])),
        "messages": [{"content": text(4), "role": "user"}, {"content": text(rng.randrange(12)), "role": "assistant"}],
    } for _ in range(150)]
    message = pa.struct([("content", pa.string()), ("role", pa.string())])
    schema = pa.schema([("source", pa.string()), ("problem", pa.string()), ("solution", pa.string()),
                        ("messages", pa.list_(message))])
    pq.write_table(pa.Table.from_pylist(rows, schema), path, row_group_size=64, data_page_size=512, write_batch_size=8)
    return rows


def many(path) -> list[dict]:
    """More rows, lists and bytes than a batch has, of columns whose batches end at different rows; alike, to be small."""
    rows = [{
        "n": index % 7 if index % 5 else None, "t": "naïve " * (index % 6), "l": [index % 3] * (index % 4),
        "m": [{"content": "x" * (index % 5), "role": None}] * (index // 3 % 3) if index % 11 else None,
        "b": "long " * (900 if 4000 < index < 4200 else 1),
    } for index in range(9000)]
    # One list is longer than what is decoded at once.
    rows[6000]["l"] = [5] * 5000
    message = pa.struct([("content", pa.string()), ("role", pa.string())])
    schema = pa.schema([("n", pa.int32()), ("t", pa.string()), ("l", pa.list_(pa.int8())), ("m", pa.list_(message)),
                        ("b", pa.string())])
    pq.write_table(pa.Table.from_pylist(rows, schema), path, compression="zstd", data_page_size=30_000,
                   column_encoding={"t": "DELTA_BYTE_ARRAY"}, use_dictionary=["b", "n"], row_group_size=8500)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=1000)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    agreement = Agreement()
    if arguments.folder:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        for number in range(arguments.count):
            case = complete({}, rng)
            name = f"{number:05} {describe(case)}"
            path = arguments.folder / f"{name}.parquet"
            # More rows than a batch has.
            rows = write(case, rng, path, scale=rng.choice([1] * 14 + [30, 100]))
            if not agreement.check(name, str(path), rows):
                path.unlink()
                continue
            (arguments.folder / f"{name}.jsonl").write_text(lines(rows), encoding="utf-8")
        agreement.print()
        return
    cases = pairwise(rng)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(
        HERE / "parquet.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9
    ) as archive:
        def add(name, rows):
            if not agreement.check(name, f"{folder}/{name}.parquet", rows):
                return
            for member, content in ((f"{name}.parquet", pathlib.Path(f"{folder}/{name}.parquet").read_bytes()),
                                    (f"{name}.jsonl", lines(rows).encode())):
                info = zipfile.ZipInfo(member, (2020, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)

        for number, case in enumerate(cases):
            name = f"{number:03} {describe(case)}"
            add(name, write(case, rng, f"{folder}/{name}.parquet"))
        add("numina", numina(f"{folder}/numina.parquet"))
        add("many", many(f"{folder}/many.parquet"))
        for name, content, rows in legacy_parquet.files():
            pathlib.Path(f"{folder}/{name}.parquet").write_bytes(content)
            add(name, rows)
    for name, kind, values in [
        ("timestamp", pa.timestamp("ms"), [1, 2]), ("binary", pa.binary(), [b"a", b"b"]),
        ("decimal", pa.decimal128(5, 2), [1, 2]), ("date", pa.date32(), [1, 2]),
        ("map", pa.map_(pa.string(), pa.int32()), [[("a", 1)], []]),
    ]:
        table = pa.table({"text": ["one", "two"], "other": pa.array(values, kind)})
        pq.write_table(table, HERE / f"{name}.parquet", store_schema=False)
    pq.write_table(pa.table({"n": pa.array([1, 2**64 - 1], pa.uint64())}), HERE / "too-large.parquet", store_schema=False)
    agreement.print()
    (HERE / "parquet-made-with.json").write_text(json.dumps({
        "python": platform.python_version(), "pyarrow": pa.__version__, "carquet": carquet.__version__,
        "seed": SEED, "cases": len(cases)}, indent=1) + "\n")


main()
