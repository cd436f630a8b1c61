"""A web server for the download tests that answers ranges and misbehaves on request.

Usage: python server.py FOLDER   (prints its port; ends when its standard input does)

/file/NAME            the file, ranges supported
/norange/NAME         the file, ranges ignored
/cut/N/NAME           breaks the connection after N bytes of each answer
/flaky/N/NAME         503 for the first N requests of this path, then the file
/redirect/REST        a redirection to /REST
/endless              bytes without end
/trailer/NAME         the file in chunks, and a header field after it
/log                  the requests so far: one line each, path and Range
"""

import http.server
import pathlib
import sys
import threading

FOLDER = pathlib.Path(sys.argv[1])
requests = []
failures = {}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_GET(self):
        kind, _, rest = self.path[1:].partition("/")
        if kind == "log":
            return self.answer("\n".join(requests).encode())
        requests.append(f"{self.path} {self.headers.get('Range', '-')}")
        if kind == "redirect":
            self.send_response(302)
            self.send_header("Location", "/" + rest)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if kind == "trailer":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            content = (FOLDER / rest).read_bytes()
            self.wfile.write(b"%x\r\n%s\r\n0\r\nX-Trailer: a\r\n\r\n" % (len(content), content))
            self.close_connection = True
            return None
        if kind == "endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(bytes(65536))
            except OSError:
                return None
        limit = None
        if kind in ("cut", "flaky"):
            number, _, rest = rest.partition("/")
            if kind == "cut":
                limit = int(number)
            else:
                failures[self.path] = failures.get(self.path, 0) + 1
                if failures[self.path] <= int(number):
                    return self.send_error(503)
        path = FOLDER / rest
        if not path.is_file():
            return self.send_error(404)
        return self.answer(path.read_bytes(), limit, kind != "norange")

    def answer(self, content, limit=None, ranges=True):
        start = 0
        wanted = self.headers.get("Range")
        if wanted and ranges:
            start = int(wanted.removeprefix("bytes=").partition("-")[0])
            if start >= len(content):
                return self.send_error(416)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        body = content[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if limit is None else body[:limit])
        if limit is not None and limit < len(body):
            self.wfile.flush()
            self.close_connection = True


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
