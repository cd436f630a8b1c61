import Foundation
import Testing

@Suite("The determinism command", .serialized) struct DeterminismCommandTests {
  /// The statuses of the rungs of a `--json` object.
  private func rungs(_ finished: Finished) throws -> [String: String] {
    let object = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
    let results = (object as? [String: Any])?["rungs"] as? [[String: Any]] ?? []
    return Dictionary(
      uniqueKeysWithValues: results.map {
        ($0["rung"] as? String ?? "", $0["status"] as? String ?? "")
      })
  }

  @Test("finds the toy identical in new processes, for any shape of the work, and after kills")
  func ladder() throws {
    try Program.withFolder { folder in
      let finished = try Program.run([
        "determinism", "tiny", "--ladder", "D1..D4", "--steps", "2", "--json", "--artifacts",
        "\(folder)/artifacts", "--junit", "\(folder)/junit.xml",
      ])
      #expect(finished.status == 0, "\(finished.error)")
      #expect(
        try rungs(finished) == [
          "D1": "identical", "D2": "identical", "D3": "identical", "D4": "identical",
        ])
      #expect(finished.output.split(separator: "\n").count == 1)
      #expect(finished.error.contains("killed after step 1 of sft"))
      let junit = try String(contentsOfFile: "\(folder)/junit.xml", encoding: .utf8)
      #expect(
        junit.contains("<testcase classname=\"determinism.tiny\" name=\"D4 kill and resume\""))
      // Nothing stays but the empty places of a run.
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/artifacts/work/determinism"))
    }
  }

  @Test("records a golden file, verifies it, and ends with 6 at the operation that differs from it")
  func golden() throws {
    try Program.withFolder { folder in
      let golden = "\(folder)/golden/tiny.json"
      let common = ["--steps", "1", "--artifacts", "\(folder)/artifacts"]
      let recorded = try Program.run(
        ["determinism", "tiny", "--ladder", "D0", "--record", golden] + common)
      #expect(recorded.status == 0 && recorded.output.contains("Golden file written"))
      let against = ["determinism", "tiny", "--ladder", "D5", "--against", golden] + common
      let verified = try Program.run(against)
      #expect(verified.status == 0 && verified.output.contains("Deterministic: D5 identical."))
      var text = try String(contentsOfFile: golden, encoding: .utf8)
      let digest = try #require(text.firstRange(of: #""digest":""#))
      let first = text[digest.upperBound]
      text.replaceSubrange(
        digest.upperBound...digest.upperBound, with: first == "0" ? "1" : "0")
      try text.write(toFile: golden, atomically: true, encoding: .utf8)
      let different = try Program.run(against)
      #expect(different.status == 6)
      #expect(different.output.contains("arm 'sft', seed 42, step 1: the first result"))
      #expect(different.output.contains("NOT DETERMINISTIC: D5 differ."))
      #expect(different.output.contains("what differs comes from the run, not from the platform"))
    }
  }

  @Test("finds the toy as the committed golden file has it")
  func committedGolden() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let golden = root.appending(path: "artifacts/golden/tiny.json").standardizedFileURL.path
    try Program.withFolder { folder in
      let finished = try Program.run([
        "determinism", "tiny", "--ladder", "D5", "--against", golden, "--artifacts",
        "\(folder)/artifacts",
      ])
      #expect(finished.status == 0, "\(finished.output)\(finished.error)")
    }
  }

  @Test(
    "ends bad usage with 2 and a sentence",
    arguments: [
      (["tiny", "--ladder", "D9"], "'D9' in the ladder"),
      (["tiny", "--ladder", "D5", "--against", "/nowhere.json"], "There is no golden file"),
      (["tiny", "--steps", "0"], "--steps is 0"), (["tinny"], "did you mean 'tiny'"),
      ([], "Name a manifest"), (["--logs", "a"], "--logs takes exactly two"),
      (["--logs", "/nowhere/a", "/nowhere/b"], "/nowhere/a"),
      (["--logs", "a", "b", "--steps", "2"], "--logs goes with --json alone"),
    ])
  func usage(_ arguments: [String], _ sentence: String) throws {
    try Program.withFolder { folder in
      let finished = try Program.run(
        ["determinism"] + arguments + ["--artifacts", "\(folder)/artifacts"])
      #expect(finished.status == 2 && finished.error.contains(sentence))
    }
  }
}
