"""Times reading Parquet files of texts against pyarrow, one thread, in turns.

Usage: parquet_strings.py PROGRAM FOLDER --rounds R

PROGRAM is the built parquet-benchmark; FOLDER is where the files are made, once. Each has some 200 MB of text: long ones
as in NuminaMath-CoT and short ones, every one different or taken from a few, as Snappy pages without and with dictionary.
Of each side the fastest round counts, in seconds of the processor; pyarrow is asked for whole tables and for batches, with
its own reads and a memory map, and its fastest way counts. Both sides read from the page cache.
"""

import argparse
import json
import pathlib
import random
import subprocess
import time

import pyarrow as pa
import pyarrow.parquet as pq

SIZE = 200_000_000


def make(folder: pathlib.Path) -> list[pathlib.Path]:
    """The files, made where they are not there yet."""
    rng = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(rng.choices(letters, k=rng.randrange(2, 10))) for _ in range(3000)]
    words += ["$x^2$", "\\frac{1}{2}", "数学", "naïve"]

    def texts(least: int, most: int):
        size = 0
        while size < SIZE:
            text = " ".join(rng.choices(words, k=rng.randrange(least, most)))
            size += len(text)
            yield text

    few = [" ".join(rng.choices(words, k=rng.randrange(2, 7))) for _ in range(20_000)]
    columns = {
        "long": lambda: list(texts(50, 350)),
        "short": lambda: list(texts(2, 7)),
        "few": lambda: rng.choices(few, k=SIZE // 25),
    }
    paths = []
    for name, column in columns.items():
        table = None
        for dictionary in (False, True):
            path = folder / f"{name}-{'dictionary' if dictionary else 'plain'}.parquet"
            paths.append(path)
            if not path.exists():
                table = table or pa.table({"text": column()})
                pq.write_table(table, path, compression="snappy", use_dictionary=dictionary)
    return paths


def read_table(path: pathlib.Path, memory_map: bool) -> int:
    return pq.read_table(path, use_threads=False, memory_map=memory_map).num_rows


def read_batches(path: pathlib.Path, memory_map: bool) -> int:
    file = pq.ParquetFile(path, memory_map=memory_map)
    return sum(batch.num_rows for batch in file.iter_batches(batch_size=4096, use_threads=False))


def reference(path: pathlib.Path) -> dict[str, float]:
    """Seconds of each of pyarrow's ways, and the number of rows."""
    seconds = {}
    for way in (read_table, read_batches):
        for memory_map in (False, True):
            start = time.process_time()
            way(path, memory_map)
            seconds[f"{way.__name__}{' mapped' if memory_map else ''}"] = time.process_time() - start
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    print(f"Parquet texts, one thread, processor seconds, best of {arguments.rounds} rounds, pyarrow {pa.__version__}")
    print(f"  {'file':18} {'MB of text':>10} {'ours':>7} {'pyarrow':>8} {'ratio':>6}  its fastest way")
    for path in make(arguments.folder):
        ours, theirs = [], {}
        for _ in range(arguments.rounds):
            output = subprocess.run([arguments.program, "1", path], capture_output=True, text=True, check=True).stdout
            round_ = json.loads(output)
            ours.append(round_["seconds"])
            for way, seconds in reference(path).items():
                theirs[way] = min(theirs.get(way, seconds), seconds)
        assert round_["rows"] == pq.ParquetFile(path).metadata.num_rows
        way, best = min(theirs.items(), key=lambda item: item[1])
        print(
            f"  {path.stem:18} {round_['bytes'] / 1e6:10.0f} {min(ours):7.3f} {best:8.3f} "
            f"{best / min(ours):6.2f}  {way}",
            flush=True,
        )
    print()


if __name__ == "__main__":
    main()
