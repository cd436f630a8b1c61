"""A server that speaks the protocol of the Hugging Face Hub, and misbehaves on request.

Usage: python hub_server.py FOLDER [--page N]
Prints its address and that of its storage, a line each; ends when its standard input does.

FOLDER/models/OWNER/NAME/ and FOLDER/datasets/OWNER/NAME/ are repositories with all files below. A file `.hub.json` in
one of them may say: "commit" (40 digits; else made from the content), "refs" (names beside "main"), "gated" (true),
"lfs" (patterns of files in large file storage; else *.safetensors, *.parquet, *.gguf, *.bin and *.model).
FOLDER/hub.json may name "tokens": {"hf_...": true if it was granted what is gated, else false}.

What the Hub does, as huggingface_hub 2.4.0 expects it: lists come in pages of N entries (1000), large files are
redirected to another origin with a signed address, small ones to a path of this one; errors have X-Error-Code.

Besides:
GET  /_log             the requests so far, a JSON object a line
POST /_faults          a JSON list of rules; each request takes the first that matches and is not used up:
  {"on": "hub" or "storage", "path": REGULAR EXPRESSION, "times": N, "skip": N, ...} with one of
  {"status": 429, "headers": {...}, "body": "..."}    this answer
  {"cut": N}                    breaks the connection after N bytes of the body
  {"drip": N}                   sends N bytes, then one every 0.2 seconds
  {"flip": true}                sends other bytes of the same number
  {"short": N}                  sends N bytes less, in good order
  {"more": true}                sends the body, and then bytes without end
  {"whole": true}               ignores Range
  {"set": {...}}                answers with other header fields (null leaves one out)
"""

import argparse
import fnmatch
import hashlib
import http.server
import json
import pathlib
import re
import sys
import threading
import time
import urllib.parse

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--page", type=int, default=1000)
options = parser.parse_args()
LARGE = ["*.safetensors", "*.parquet", "*.gguf", "*.bin", "*.model"]
log, faults, lock = [], [], threading.Lock()
known = {}


class Repository:
    """The files of a folder at its only commit."""

    def __init__(self, kind, name):
        self.folder = options.folder / kind / name
        settings = self.folder / ".hub.json"
        self.settings = json.loads(settings.read_text()) if settings.is_file() else {}
        self.files = {
            path.relative_to(self.folder).as_posix(): path
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path != settings
        }
        content = json.dumps([self.entry(name) for name in self.files]).encode()
        self.commit = self.settings.get("commit", hashlib.sha1(content).hexdigest())

    def knows(self, revision):
        return revision in [self.commit, "main", *self.settings.get("refs", [])]

    def is_large(self, name):
        return any(fnmatch.fnmatch(name, pattern) for pattern in self.settings.get("lfs", LARGE))

    def entry(self, name):
        """The file as the list of the commit's files has it, hashed once."""
        status, is_large = self.files[name].stat(), self.is_large(name)
        key = self.files[name], status.st_size, status.st_mtime_ns, is_large
        if key not in known:
            known[key] = self.hashed(name, is_large)
        return dict(known[key])

    def hashed(self, name, is_large):
        content = self.files[name].read_bytes()
        entry = {"type": "file", "path": name, "size": len(content), "oid": blob(content)}
        if is_large:
            digest = hashlib.sha256(content).hexdigest()
            pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"
            entry["oid"] = blob(pointer.encode())
            entry["lfs"] = {"oid": digest, "size": len(content), "pointerSize": len(pointer)}
            entry["xetHash"] = hashlib.sha256(b"xet" + content).hexdigest()
        return entry

    def tree(self, under, recursive):
        under = under + "/" if under else ""
        entries, folders = [], set()
        for name in self.files:
            if not name.startswith(under):
                continue
            *parents, _ = name[len(under) :].split("/")
            for depth in range(1, (len(parents) if recursive else min(len(parents), 1)) + 1):
                folder = under + "/".join(parents[:depth])
                if folder not in folders:
                    folders.add(folder)
                    entries.append({"type": "directory", "path": folder, "size": 0, "oid": blob(folder.encode())})
            if recursive or not parents:
                entries.append(self.entry(name))
        return entries


def blob(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def find(kind, name):
    path = options.folder / kind / name
    is_inside = options.folder.resolve() in path.resolve().parents
    return Repository(kind, name) if is_inside and path.is_dir() else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.begin()

    def do_GET(self):
        self.begin()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/_faults":
            return self.answer(404)
        with lock:
            faults[:] = json.loads(body)
        return self.answer(200)

    def begin(self):
        self.fault = {}
        if self.path == "/_log":
            with lock:
                return self.answer(200, "".join(json.dumps(entry) + "\n" for entry in log).encode())
        with lock:
            log.append(
                {
                    "on": self.server.kind,
                    "method": self.command,
                    "path": self.path,
                    "range": self.headers.get("Range", "-"),
                    "authorization": self.headers.get("Authorization", "-"),
                }
            )
            for rule in faults:
                if rule.get("on", "hub") != self.server.kind or not re.search(rule["path"], self.path):
                    continue
                if rule.get("skip", 0) > 0:
                    rule["skip"] -= 1
                elif rule.get("times", 1) > 0:
                    rule["times"] = rule.get("times", 1) - 1
                    self.fault = rule
                    break
        if "status" in self.fault:
            body = self.fault.get("body", "").encode()
            return self.answer(self.fault["status"], body, self.fault.get("headers", {}))
        path = urllib.parse.urlsplit(self.path)
        self.query = urllib.parse.parse_qs(path.query)
        parts = [urllib.parse.unquote(part) for part in path.path.split("/")[1:]]
        return self.storage(parts) if self.server.kind == "storage" else self.hub(parts)

    # Where things are

    def hub(self, parts):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        tokens = options.folder / "hub.json"
        granted = json.loads(tokens.read_text())["tokens"] if tokens.is_file() else {}
        if token and token not in granted:
            return self.refuse(401, None, "Invalid credentials in Authorization header")
        match parts:
            case ["api", "models" | "datasets" as kind, owner, name, *rest]:
                repository = find(kind, f"{owner}/{name}")
                if not repository:
                    code = "RepoNotFound" if token else None
                    return self.refuse(404 if token else 401, code, "Repository not found")
                return self.api(repository, f"{owner}/{name}", rest or ["revision", "main"])
            case ["api", "resolve-cache", kind, owner, name, commit, *rest]:
                path = "/".join(rest)
                content = find(kind, f"{owner}/{name}").files[path].read_bytes()
                return self.content(content, {"X-Repo-Commit": commit, "ETag": f'"{blob(content)}"'})
            case ["datasets", owner, name, "resolve", revision, *rest]:
                return self.resolve("datasets", f"{owner}/{name}", revision, "/".join(rest), granted.get(token))
            case [owner, name, "resolve", revision, *rest]:
                return self.resolve("models", f"{owner}/{name}", revision, "/".join(rest), granted.get(token))
        return self.answer(404)

    def api(self, repository, name, parts):
        match parts:
            case ["revision" | "tree", revision, *_] if not repository.knows(revision):
                return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            case ["revision", _]:
                siblings = [{"rfilename": name} for name in repository.files]
                gated = "manual" if repository.settings.get("gated") else False
                return self.json(
                    {"_id": "0", "id": name, "sha": repository.commit, "siblings": siblings, "gated": gated, "private": False}
                )
            case ["tree", revision, *rest]:
                recursive = self.query.get("recursive", [""])[0].lower() in ("true", "1")
                entries = repository.tree("/".join(rest), recursive)
                start = int(self.query.get("cursor", ["0"])[0])
                fields = {}
                if start + options.page < len(entries):
                    query = urllib.parse.urlencode({"recursive": recursive, "cursor": start + options.page})
                    path = urllib.parse.urlsplit(self.path).path
                    fields["Link"] = f'<{self.server.address}{path}?{query}>; rel="next"'
                return self.json(entries[start : start + options.page], fields)
        return self.answer(404)

    def resolve(self, kind, name, revision, path, is_granted):
        repository = find(kind, name)
        if not repository:
            return self.refuse(404, "RepoNotFound", "Repository not found")
        if repository.settings.get("gated") and not is_granted:
            status = 401 if is_granted is None else 403
            return self.refuse(status, "GatedRepo", f"Access to {kind[:-1]} {name} is restricted.")
        if not repository.knows(revision):
            return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        fields = {"X-Repo-Commit": repository.commit}
        if path not in repository.files:
            return self.refuse(404, "EntryNotFound", "Entry not found", fields)
        entry = repository.entry(path)
        fields["X-Linked-Size"] = str(entry["size"])
        place = urllib.parse.quote(f"{kind}/{name}/{repository.commit}/{path}")
        if "lfs" not in entry:
            fields |= {"ETag": f'"{entry["oid"]}"', "X-Linked-Etag": f'"{entry["oid"]}"'}
            return self.answer(307, b"", fields | {"Location": f"/api/resolve-cache/{place}"})
        fields |= {
            "X-Linked-Etag": f'"{entry["lfs"]["oid"]}"',
            "X-Xet-Hash": entry["xetHash"],
            "Link": f'<{self.server.address}/api/{kind}/{name}/xet-read-token/{repository.commit}>; rel="xet-auth"',
        }
        return self.answer(302, b"", fields | {"Location": f"{self.server.storage}/{place}?signature=secret"})

    def storage(self, parts):
        if self.query.get("signature") != ["secret"] or self.headers.get("Authorization"):
            return self.answer(403)
        kind, owner, name, _, *rest = parts
        return self.content(find(kind, f"{owner}/{name}").files["/".join(rest)].read_bytes(), {})

    # Answers

    def refuse(self, status, code, message, fields={}):
        codes = {"X-Error-Code": code} if code else {}
        body = json.dumps({"error": message}).encode()
        return self.answer(status, body, {"X-Error-Message": message} | codes | fields)

    def json(self, value, fields={}):
        return self.answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"} | fields)

    def content(self, content, fields):
        if self.fault.get("flip"):
            content = bytes(byte ^ 1 for byte in content)
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        fields = {"Accept-Ranges": "bytes"} | fields
        if not wanted or self.fault.get("whole"):
            return self.answer(200, content, fields)
        first, last = int(wanted[1]), min(int(wanted[2] or len(content) - 1), len(content) - 1)
        if first >= len(content):
            return self.answer(416, b"", fields | {"Content-Range": f"bytes */{len(content)}"})
        place = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
        return self.answer(206, content[first : last + 1], fields | place)

    def answer(self, status, body=b"", fields={}):
        fault = getattr(self, "fault", {})
        if "short" in fault:
            body = body[: len(body) - fault["short"]]
        fields = {"Content-Length": str(len(body))} | fields | fault.get("set", {})
        if fault.get("more"):
            fields["Content-Length"] = None
            self.close_connection = True
        fields = {"Date": self.date_time_string()} | fields
        self.send_response_only(status)
        for name, value in fields.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        try:
            self.send_body(body, fault)
        except OSError:
            self.close_connection = True

    def send_body(self, body, fault):
        if "cut" in fault and fault["cut"] < len(body):
            self.wfile.write(body[: fault["cut"]])
            self.wfile.flush()
            self.close_connection = True
        elif "drip" in fault:
            self.wfile.write(body[: fault["drip"]])
            for byte in body[fault["drip"] :]:
                time.sleep(0.2)
                self.wfile.write(bytes([byte]))
        else:
            self.wfile.write(body)
            while fault.get("more"):
                self.wfile.write(bytes(65536))


def serve(kind):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.kind = kind
    server.address = f"http://127.0.0.1:{server.server_address[1]}"
    return server


storage, hub = serve("storage"), serve("hub")
hub.storage = storage.address
print(hub.address)
print(storage.address, flush=True)
for server in (hub, storage):
    threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
