import Foundation
import TestSupport
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
      #expect(finished.error.contains("went on from a checkpoint"))
      let junit = try String(contentsOfFile: "\(folder)/junit.xml", encoding: .utf8)
      #expect(
        junit.contains("<testcase classname=\"determinism.tiny\" name=\"D4 kill and resume\""))
      // Nothing stays but the empty places of a run.
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/artifacts/work/determinism"))
    }
  }

  @Test(
    "finds the toy identical on every rung in each precision",
    arguments: [("bf16-mixed", "portable"), ("bf16-weights", "portable"), ("bf16-mixed", "amx")])
  func precision(precision: String, numerics: String) throws {
    try Program.withFolder { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/project", withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: Checkout.folder.appending(path: "manifests").path,
        toPath: "\(folder)/project/manifests")
      let manifest = "\(folder)/project/manifests/tiny.yaml"
      let text = try String(contentsOfFile: manifest, encoding: .utf8).replacing(
        "  schedule: cosine\n", with: "  schedule: cosine\n  precision: \(precision)\n"
      ).appending("\nnumerics: \(numerics)\n")
      try text.write(toFile: manifest, atomically: true, encoding: .utf8)
      let golden = "\(folder)/golden.json"
      let common = [
        "determinism", manifest, "--steps", "2", "--json", "--artifacts", "\(folder)/artifacts",
      ]
      let recorded = try Program.run(common + ["--ladder", "D0", "--record", golden])
      #expect(recorded.status == 0, "\(recorded.error)")
      let finished = try Program.run(common + ["--ladder", "D0..D6", "--against", golden])
      #expect(finished.status == 0, "\(finished.error)")
      let identical = (0...6).map { ("D\($0)", "identical") }
      #expect(try rungs(finished) == Dictionary(uniqueKeysWithValues: identical))
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
      #expect(different.output.contains("NOT DETERMINISTIC: D5 differs."))
      #expect(different.output.contains("what differs comes from the run, not from the platform"))
    }
  }

  @Test("finds the toy as the committed golden file has it")
  func committedGolden() throws {
    let golden = Checkout.folder.appending(path: "artifacts/golden/tiny.json").path
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
      (["tiny", "--ladder", "D0", "--against", "/nowhere.json"], "The ladder lacks D5"),
      (["tiny", "--junit", "/proc/nowhere/junit.xml"], "Nothing can be written to"),
      (["tiny", "--record", "/"], "is a folder"),
      ([], "Name a manifest"), (["--logs", "a"], "--logs takes exactly two"),
      (["--logs", "/nowhere/a", "/nowhere/b"], "/nowhere/a"),
      (["--logs", "a", "b", "--steps", "2"], "--logs goes with --json alone"),
      (["tiny", "--certificate", "--ladder", "D0"], "--certificate climbs no ladder"),
      (["tiny", "--random", "3"], "say something of --certificate only"),
    ])
  func usage(_ arguments: [String], _ sentence: String) throws {
    try Program.withFolder { folder in
      let finished = try Program.run(
        ["determinism"] + arguments + ["--artifacts", "\(folder)/artifacts"])
      #expect(finished.status == 2 && finished.error.contains(sentence))
    }
  }

  @Test("ends with 7 if a rung that was named cannot be verified, and lists it if it was not")
  func skipped() throws {
    try Program.withFolder { folder in
      let common = ["determinism", "tiny", "--steps", "1", "--artifacts", "\(folder)/artifacts"]
      let named = try Program.run(common + ["--ladder", "D0,D5", "--json"])
      // The committed golden file is of another length, and was asked for.
      #expect(named.status == 2 && named.error.contains("another length"))
      let manifests = Checkout.folder.appending(path: "manifests")
      try FileManager.default.createDirectory(
        atPath: "\(folder)/project", withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: manifests.path, toPath: "\(folder)/project/manifests")
      let copy = ["determinism", "\(folder)/project/manifests/tiny.yaml"] + common.dropFirst(2)
      let missing = try Program.run(copy + ["--ladder", "D0,D5", "--json"])
      #expect(missing.status == 7, "\(missing.error)")
      #expect(try rungs(missing) == ["D0": "identical", "D5": "skipped"])
      #expect(missing.error.contains("there is no golden file at"))
      #expect(missing.error.contains("D5 could not be verified."))
    }
  }

  /// The numbers of the processes whose command line has all of `words`.
  private func processes(_ words: String...) throws -> [pid_t] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
      .filter { number in
        let bytes = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") ?? Data()
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\0").map(String.init)
        return words.allSatisfy { word in line.contains { $0 == word || $0.hasPrefix(word) } }
      }
  }

  /// The first answer other than nil, waited for as long as a busy machine may need.
  private func wait<Value>(_ body: () throws -> Value?) throws -> Value? {
    for _ in 0..<600 {
      if let value = try body() { return value }
      usleep(50_000)
    }
    return nil
  }

  @Test(
    "leaves no process and no file behind when it is stopped, and no process when it is killed",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/cmdline")),
    arguments: [SIGTERM, SIGINT, SIGKILL])
  func stopping(_ signal: Int32) throws {
    try Program.withFolder { folder in
      let artifacts = "\(folder)/artifacts"
      nonisolated(unsafe) var finished: Finished?
      let end = DispatchGroup()
      DispatchQueue.global().async(group: end) {
        finished = try? Program.run([
          "determinism", "tiny", "--ladder", "D2", "--json", "--artifacts", artifacts,
        ])
      }
      let child = try wait { try processes("determinism-trace", artifacts).first }
      let parents = try processes("determinism", "tiny", artifacts)
      let parent = try #require(parents.first)
      #expect(child != nil)
      kill(parent, signal)
      end.wait()
      #expect(signal == SIGKILL ? finished?.wasKilled == true : finished?.status == 130)
      let isTold = finished?.output.contains(#""status":"INTERRUPTED""#)
      #expect(isTold == (signal != SIGKILL))
      #expect(try wait { try processes(artifacts).isEmpty ? true : nil } == true)
      let work = "\(artifacts)/work/determinism"
      #expect(FileManager.default.fileExists(atPath: work) == (signal == SIGKILL))
    }
  }
}
