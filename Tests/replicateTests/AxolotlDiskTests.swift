import Foundation
import TestSupport
import Testing

/// A training of the real Axolotl on a file system that is too small for its checkpoints, minutes a test.
///
/// REPLICATE_AXOLOTL names an artifacts folder in which `replicate engine setup axolotl` installed it,
/// REPLICATE_AXOLOTL_VERSION the version (0.19.0).
@Suite("Axolotl on a full disk") struct AxolotlDiskTests {
  private static let variables = ProcessInfo.processInfo.environment
  /// Whether this process may mount folders in a namespace of its own.
  private static let canMount =
    (try? Program.run(["-m", "true"], executable: "/usr/bin/unshare").status) == 0

  /// The toy for this Axolotl, without evaluations and what only the native engine does.
  private func writeManifest(to folder: String, version: String) throws {
    try FileManager.default.copyItem(
      atPath: Checkout.folder.appending(path: "manifests").path, toPath: folder)
    try FileManager.default.removeItem(atPath: "\(folder)/tiny.lock.json")
    let file = URL(filePath: "\(folder)/tiny.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
      .replacing(/\ \ keep_checkpoint_every_steps.*\n/, with: "")
      .replacing(/expectations:.*\n?/, with: "")
      .replacing(/evaluation:\n(\ \ .*\n)+/, with: "")
      .replacing(/\ \ (mmlu|mmlu-dev|hellaswag|arc-challenge|gsm8k):\n(\ \ \ \ .*\n)+/, with: "")
    try Data("\(text)\nengine: axolotl\naxolotl: {version: \(version)}\n".utf8).write(to: file)
  }

  private func results(_ text: String) throws -> String {
    let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require((parsed as? [String: Any])?["results_sha256"] as? String)
  }

  @Test(
    "says that there is no room, and goes on to the same bits at its last whole checkpoint",
    .enabled(if: variables["REPLICATE_AXOLOTL"] != nil && canMount))
  func fullDisk() throws {
    let version = Self.variables["REPLICATE_AXOLOTL_VERSION"] ?? "0.19.0"
    let engine = try #require(Self.variables["REPLICATE_AXOLOTL"]) + "/engines/axolotl-\(version)"
    try Program.withFolder { folder in
      try writeManifest(to: "\(folder)/manifests", version: version)
      // The first size ends in the first checkpoint, with nothing to go on from; the second in the second one.
      let script = """
        mkdir "$1/broken" && mount -t tmpfs -o size=1500k tmpfs "$1/broken" || exit 99
        for place in whole broken; do
          mkdir -p "$1/$place/engines/$(basename "$3")"
          ln -s "$3/training" "$3/evaluation" "$1/$place/engines/$(basename "$3")"
          cp "$3/keys.json" "$1/$place/engines/$(basename "$3")"
        done
        run() { "$2" run "$4" --json --artifacts "$1/$5" 2>"$1-errors"; }
        run "$@" whole
        for size in 1500k 3000k 64m; do
          mount -o remount,size=$size "$1/broken"
          run "$@" broken
          echo "$? $(tail -n 1 "$1-errors")"
          grep -o 'goes on after step [0-9]*' "$1-errors"
        done
        """
      let disk = "\(folder)/disk"
      try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
      let finished = try Program.run(
        ["-m", "sh", "-c", script, "sh", disk, Program.path, engine]
          + ["\(folder)/manifests/tiny.yaml"], executable: "/usr/bin/unshare")
      let lines = finished.output.split(separator: "\n").map(String.init)
      let ends = lines.filter { $0.wholeMatch(of: /[0-9]+ .*/) != nil }
      try #require(ends.count == 3, "\(finished.output) \(finished.error)")
      for end in ends.prefix(2) {
        #expect(end.hasPrefix("5 replicate: Axolotl ended with status 1"), "\(end)")
        #expect(end.contains("of 20 steps are done") && end.contains("make room there"), "\(end)")
      }
      #expect(ends[2].hasPrefix("0 "), "\(ends[2])")
      #expect(lines.contains("goes on after step 5"), "\(lines)")
      // What failed is said as JSON, too.
      let records = lines.filter { $0.contains("\"results_sha256\"") }
      try #require(records.count == 2, "\(lines)")
      #expect(try results(records[0]) == results(records[1]))
    }
  }
}
