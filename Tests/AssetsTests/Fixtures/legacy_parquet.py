"""Parquet files as older and other writers make them, byte by byte, which pyarrow cannot write but reads.

Thrift's compact protocol, and pages with one row group, as far as these files need them.
"""

import gzip
import struct
import zlib

import pyarrow as pa

REQUIRED, OPTIONAL, REPEATED = 0, 1, 2
BOOLEAN, INT32, INT64, DOUBLE, BYTE_ARRAY = 0, 1, 2, 5, 6
UTF8, LIST, ENUM, UINT_8, INT_16, JSON = 0, 3, 4, 11, 16, 19
PLAIN, PLAIN_DICTIONARY, RLE, DELTA = 0, 2, 3, 5
NONE, SNAPPY, GZIP, LZ4_HADOOP, ZSTD, LZ4_RAW = 0, 1, 2, 5, 6, 7


# MARK: Thrift


def varint(value: int) -> bytes:
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if value == 0:
            return bytes(out)


def zigzag(value: int) -> bytes:
    return varint(value * 2 if value >= 0 else -value * 2 - 1)


def encode(value) -> tuple[int, bytes]:
    """The type and bytes of a value: ints are i32, floats i64, dicts structures, and lists not empty."""
    if isinstance(value, bool):
        return (1 if value else 2), b""
    if isinstance(value, int):
        return 5, zigzag(value)
    if isinstance(value, float):
        return 6, zigzag(int(value))
    if isinstance(value, str):
        return 8, varint(len(value.encode())) + value.encode()
    if isinstance(value, list):
        parts = [encode(part) for part in value]
        size = bytes([len(parts) << 4 | parts[0][0]]) if len(parts) < 15 else bytes([0xF0 | parts[0][0]]) + varint(len(parts))
        return 9, size + b"".join(part for _, part in parts)
    out, last = bytearray(), 0
    for number, member in value.items():
        if member is None:
            continue
        kind, data = encode(member)
        out += bytes([number - last << 4 | kind]) + data if number - last < 16 else bytes([kind]) + zigzag(number) + data
        last = number
    return 12, bytes(out) + b"\0"


def element(name, repetition=REQUIRED, type=None, children=None, converted=None):
    return {1: type, 3: repetition, 4: name, 5: children, 6: converted}


# MARK: Encodings


def runs(numbers: list[int], width: int) -> bytes:
    """Runs of equal numbers where they are long, else groups of eight packed ones."""
    out, index = bytearray(), 0
    while index < len(numbers):
        same = 1
        while index + same < len(numbers) and numbers[index + same] == numbers[index]:
            same += 1
        if same >= 8 or index + same == len(numbers):
            out += varint(same << 1) + numbers[index].to_bytes((width + 7) // 8, "little")
            index += same
        else:
            group = numbers[index : index + 8]
            packed = sum(number << width * place for place, number in enumerate(group))
            out += varint(1 << 1 | 1) + packed.to_bytes(width, "little")
            index += len(group)
    return bytes(out)


def levels(numbers: list[int], most: int, version: int) -> bytes:
    if most == 0:
        return b""
    data = runs(numbers, most.bit_length())
    return data if version == 2 else struct.pack("<I", len(data)) + data


def plain(values: list, type: int) -> bytes:
    match type:
        case 1:
            return struct.pack(f"<{len(values)}i", *values)
        case 2:
            return struct.pack(f"<{len(values)}q", *values)
        case 5:
            return struct.pack(f"<{len(values)}d", *values)
        case 6:
            return b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in values)


def compress(data: bytes, codec: int, blocks: int = 1) -> bytes:
    match codec:
        case 0:
            return data
        case 2:
            half = len(data) // blocks + 1
            return b"".join(gzip.compress(data[i : i + half], mtime=0) for i in range(0, len(data), half))
        case 5:
            size, out = len(data) // blocks + 1, b""
            for start in range(0, len(data), size):
                part = data[start : start + size]
                packed = pa.compress(part, codec="lz4_raw", asbytes=True)
                out += struct.pack(">II", len(part), len(packed)) + packed
            return out
        case 1:
            return pa.compress(data, codec="snappy", asbytes=True)
        case 7:
            return pa.compress(data, codec="lz4_raw", asbytes=True)


# MARK: Files


class Column:
    """One leaf: its levels and values, in pages."""

    def __init__(self, path, type, values, definitions=None, repetitions=None, most=(0, 0), *, codec=NONE, version=1,
                 dictionary=False, blocks=1, hides_dictionary=False, junk=False, plain_page=False):
        self.path, self.type, self.codec = path, type, codec
        self.count = len(definitions) if definitions else len(values)
        self.hides_dictionary = hides_dictionary
        self.pages = []
        encoding, data = PLAIN, plain(values, type)
        if dictionary:
            entries = sorted(set(values), key=values.index)
            width = max(1, (len(entries) - 1).bit_length())
            encoding = PLAIN_DICTIONARY
            data = bytes([width]) + runs([entries.index(value) for value in values], width)
            content = plain(entries, type)
            self.add(2, content, compress(content, codec), {7: {1: len(entries), 2: PLAIN_DICTIONARY}})
        self.data_page = sum(map(len, self.pages))
        if junk:
            self.add(1, b"an index page", b"an index page", {6: {}})
        repetition, definition = (levels(numbers or [], most, version) for numbers, most in
                                  ((repetitions, most[1]), (definitions, most[0])))
        if version == 1:
            content = repetition + definition + data
            self.add(0, content, compress(content, codec, blocks), {5: {1: self.count, 2: encoding, 3: RLE, 4: RLE}})
        else:
            rows = repetitions.count(0) if repetitions else self.count
            packed = data if plain_page else compress(data, codec, blocks)
            self.add(3, repetition + definition + data, repetition + definition + packed, {8: {
                1: self.count, 2: self.count - len(values), 3: rows, 4: encoding, 5: len(definition),
                6: len(repetition), 7: not plain_page}})

    def add(self, type, content, packed, header):
        crc = zlib.crc32(packed)
        crc = crc - 2**32 if crc >= 2**31 else crc
        described = {1: type, 2: len(content), 3: len(packed), 4: crc} | header
        self.pages.append(encode(described)[1] + packed)


def file(schema: list[dict], columns: list[Column], rows: int) -> bytes:
    out, chunks = bytearray(b"PAR1"), []
    for column in columns:
        start, data = len(out), b"".join(column.pages)
        out += data
        has_dictionary = column.data_page > 0
        chunks.append({2: float(start), 3: {
            1: column.type, 2: [PLAIN, RLE], 3: column.path.split("."), 4: column.codec, 5: float(column.count),
            6: float(len(data)), 7: float(len(data)),
            # Some writers say only where the first page is, of whatever kind.
            9: float(start + (0 if column.hides_dictionary else column.data_page)),
            11: float(start) if has_dictionary and not column.hides_dictionary else None}})
    group = {1: chunks, 2: float(len(out)), 3: float(rows)}
    footer = encode({1: 1, 2: [element("schema", children=sum(1 for _ in roots(schema)))] + schema, 3: float(rows),
                     4: [group], 6: "legacy_parquet.py"})[1]
    return bytes(out) + footer + struct.pack("<I", len(footer)) + b"PAR1"


def roots(schema):
    index = 0

    def end(index):
        children = schema[index][5] or 0
        index += 1
        for _ in range(children):
            index = end(index)
        return index

    while index < len(schema):
        yield schema[index]
        index = end(index)


def files():
    """Names, contents and rows."""
    # A list whose repeated part is the element itself: [[1, 2], [], None, [3]].
    two_level = ([1, 2, 3], [2, 2, 1, 0, 2], [0, 1, 0, 0, 0], (2, 1))
    lists = [{"l": [1, 2]}, {"l": []}, {"l": None}, {"l": [3]}]
    for version in (1, 2):
        yield (f"two-level list v{version}",
               file([element("l", OPTIONAL, children=1, converted=LIST), element("array", REPEATED, INT32)],
                    [Column("l.array", INT32, *two_level, version=version)], 4), lists)
    objects = [{"l": [{"s": "a", "n": 1}, {"s": "b", "n": None}]}, {"l": []}]
    yield ("two-level list of groups",
           file([element("l", children=1, converted=LIST), element("array", REPEATED, children=2),
                 element("s", REQUIRED, BYTE_ARRAY, converted=UTF8), element("n", OPTIONAL, INT32)],
                [Column("l.array.s", BYTE_ARRAY, ["a", "b"], [1, 1, 0], [0, 1, 0], (1, 1)),
                 Column("l.array.n", INT32, [1], [2, 1, 0], [0, 1, 0], (2, 1))], 2), objects)
    for name in ("array", "l_tuple"):
        yield (f"list of groups named {name}",
               file([element("l", OPTIONAL, children=1, converted=LIST), element(name, REPEATED, children=1),
                     element("s", OPTIONAL, BYTE_ARRAY, converted=UTF8)],
                    [Column(f"l.{name}.s", BYTE_ARRAY, ["x"], [3, 2, 0], [0, 1, 0], (3, 1))], 2),
               [{"l": [{"s": "x"}, {"s": None}]}, {"l": None}])
    yield ("list whose group has another name",
           file([element("l", OPTIONAL, children=1, converted=LIST), element("bag", REPEATED, children=1),
                 element("s", OPTIONAL, BYTE_ARRAY, converted=UTF8)],
                [Column("l.bag.s", BYTE_ARRAY, ["x"], [3, 2, 0], [0, 1, 0], (3, 1))], 2),
           [{"l": ["x", None]}, {"l": None}])
    yield ("two-level list of two-level lists",
           file([element("l", OPTIONAL, children=1, converted=LIST), element("array", REPEATED, children=1, converted=LIST),
                 element("array", REPEATED, INT32)],
                [Column("l.array.array", INT32, [1, 2, 3], [3, 3, 2, 3, 0], [0, 2, 1, 1, 0], (3, 2))], 2),
           [{"l": [[1, 2], [], [3]]}, {"l": None}])
    yield ("repeated fields without annotation",
           file([element("n", REPEATED, INT64), element("g", REPEATED, children=1), element("s", OPTIONAL, BYTE_ARRAY, converted=UTF8)],
                [Column("n", INT64, [5, 6], [1, 1, 0], [0, 1, 0], (1, 1)),
                 Column("g.s", BYTE_ARRAY, ["y"], [0, 1, 2], [0, 0, 1], (2, 1))], 2),
           [{"n": [5, 6], "g": []}, {"n": [], "g": [{"s": None}, {"s": "y"}]}])
    texts = [f"text number {index % 7}" for index in range(60)]
    rows = [{"t": text} for text in texts]
    schema = [element("t", REQUIRED, BYTE_ARRAY, converted=UTF8)]
    for name, codec, blocks in (("LZ4 in Hadoop's frame", LZ4_HADOOP, 1), ("LZ4 in three frames", LZ4_HADOOP, 3),
                                ("gzip", GZIP, 1), ("snappy", SNAPPY, 1), ("LZ4 raw", LZ4_RAW, 1)):
        yield f"{name}", file(schema, [Column("t", BYTE_ARRAY, texts, codec=codec, blocks=blocks)], 60), rows
    for hides in (False, True):
        yield (f"PLAIN_DICTIONARY{', offset hidden' if hides else ''}",
               file(schema, [Column("t", BYTE_ARRAY, texts, dictionary=True, hides_dictionary=hides, codec=SNAPPY)], 60), rows)
    yield "index page", file(schema, [Column("t", BYTE_ARRAY, texts, junk=True)], 60), rows
    yield ("page of version 2 left as it was",
           file(schema, [Column("t", BYTE_ARRAY, texts, codec=SNAPPY, version=2, plain_page=True)], 60), rows)
    yield ("converted types",
           file([element("u", OPTIONAL, INT32, converted=UINT_8), element("i", REQUIRED, INT32, converted=INT_16),
                 element("j", REQUIRED, BYTE_ARRAY, converted=JSON)],
                [Column("u", INT32, [255], [1, 0], None, (1, 0)), Column("i", INT32, [-32768, 32767]),
                 Column("j", BYTE_ARRAY, ["{}", "[1]"])], 2),
           [{"u": 255, "i": -32768, "j": "{}"}, {"u": None, "i": 32767, "j": "[1]"}])
