"""Opens the report of a record in headless Chromium and holds it against what a report has to be.

    python check.py RECORD --program FILE --output FOLDER [--artifacts FOLDER] [--chromium FILE]

Ends with 0 if nothing is wrong; each fault is a line that begins with FAULT. The head of README.md says what counts.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

faults = 0


def fault(text):
    global faults
    faults += 1
    print(f"FAULT {text}")


def write(options, name):
    page = options.output / name
    subprocess.run(
        [options.program, "report", options.record, "--html", page, "--artifacts", options.artifacts],
        check=True, stdout=subprocess.DEVNULL)
    return page


def edits(html):
    """The page with one thing changed in it, and what that is."""
    head, evidence = html.split('id="evidence">', 1)
    places = {
        "a digit of the verdict's sentence": re.search(r'class="verdict">.*?\d', head),
        "a digit of a table": re.search(r"data-digits=\"6\">\d\.\d\d\d", head),
        "a coordinate of a drawing": re.search(r' cx="\d', head),
    }
    for name, found in places.items():
        if found:
            end = found.end()
            yield name, head[: end - 1] + str((int(head[end - 1]) + 1) % 10) + head[end:] + 'id="evidence">' + evidence
    for name, pattern in {
        "a digit of a metric in the record": r'\\"value\\":\{\\"bits\\":\\"0x[0-9a-f]+\\",\\"decimal\\":\\"\d\.\d',
        "a digit of a sample's score": r'\\"metric\\":[^}]*\\"value\\":\d',
        "a digit of a verdict's number": r'"observed":\{"bits":"0x[0-9a-f]+","decimal":"-?\d\.\d',
    }.items():
        found = re.search(pattern, evidence)
        if found:
            end = found.end()
            yield name, head + 'id="evidence">' + evidence[: end - 1] + str((int(evidence[end - 1]) + 1) % 10) + evidence[end:]


def opened(browser, page, **context):
    """A page with what went wrong while it was opened."""
    view = browser.new_context(**context).new_page()
    problems = []
    view.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    view.on("pageerror", lambda error: problems.append(str(error)))
    view.on("request", lambda request: problems.append(request.url) if not request.url.startswith("file:") else None)
    start = time.monotonic()
    view.goto(page.as_uri(), wait_until="load")
    view.elapsed = time.monotonic() - start
    view.problems = problems
    return view


def recomputed(view):
    view.wait_for_function("document.querySelector('#recomputed').className !== ''", timeout=60_000)
    return view.locator("#recomputed").get_attribute("class")


def check(options, browser):
    page = write(options, "report.html")
    if page.read_bytes() != write(options, "again.html").read_bytes():
        fault("the same record gave other bytes")
    size = page.stat().st_size
    print(f"{size} bytes")
    if size >= 5_000_000:
        fault("5 MB or more")
    for name, context in {
        "light": {"viewport": {"width": 1100, "height": 900}},
        "dark": {"viewport": {"width": 1100, "height": 900}, "color_scheme": "dark"},
        "narrow": {"viewport": {"width": 380, "height": 800}},
        "unscripted": {"viewport": {"width": 1100, "height": 900}, "java_script_enabled": False},
    }.items():
        view = opened(browser, page, **context)
        if name != "unscripted":
            if recomputed(view) != "good":
                fault(f"{name}: {view.locator('#recomputed').inner_text()}")
            width = view.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if width > 0:
                fault(f"{name}: {width} pixels wider than the window")
            print(f"{name}: loaded in {view.elapsed:.2f} s; {view.locator('#recomputed p').first.inner_text()}")
            for violation in Axe().run(view).response["violations"]:
                places = [node["html"][:120] for node in violation["nodes"][:3]]
                fault(f"{name}: axe {violation['id']}: {violation['help']}: {places}")
        for problem in view.problems:
            fault(f"{name}: {problem}")
        view.screenshot(path=options.output / f"{name}.png", full_page=True)
        if name == "light":
            view.pdf(path=options.output / "printed.pdf", format="A4", print_background=True)
        view.context.close()
    for name, html in edits(page.read_text()):
        edited = options.output / "edited.html"
        edited.write_text(html)
        view = opened(browser, edited)
        state = recomputed(view)
        print(f"edited, {name}: {'noticed' if state == 'bad' else 'not noticed'}")
        if state != "bad":
            fault(f"{name} was changed, which the page does not notice")
        view.context.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("record")
    parser.add_argument("--program", required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--artifacts", default="artifacts")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    options.output = options.output.resolve()
    options.output.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=["--no-sandbox", "--disable-gpu"])
        check(options, browser)
        browser.close()
    sys.exit(1 if faults else 0)


main()
