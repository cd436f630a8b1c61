import Foundation
import TestSupport
import Testing

/// The command on folders that the harness itself wrote, of tasks that nobody here knows.
@Suite("replicate compare") struct CompareCommandTests {
  private static let folders = Checkout.folder.appending(
    path: "Tests/RecordsTests/Fixtures/comparison/harness")
  private static let one = folders.appending(path: "one").path
  private static let two = folders.appending(path: "two").path

  /// A copy of the first model's folder in which nothing of a task is right any more.
  private func wrong(_ task: String, in folder: String) throws -> String {
    let copy = "\(folder)/wrong"
    try FileManager.default.copyItem(atPath: Self.one, toPath: copy)
    for name in try FileManager.default.contentsOfDirectory(atPath: copy)
    where name.hasPrefix("samples_\(task)_") || name.hasPrefix("results_") {
      let path = URL(filePath: "\(copy)/\(name)")
      // Results that their samples contradict would not be compared.
      let text = try String(contentsOf: path, encoding: .utf8)
        .replacing(/"acc(_stderr,none|,none|)": [0-9.]+/) { "\"acc\($0.output.1)\": 0.0" }
      try Data(text.utf8).write(to: path)
    }
    return copy
  }

  private func object(_ finished: Finished) throws -> [String: any Sendable] {
    let object = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
    return try #require(object as? [String: any Sendable])
  }

  @Test("says first, in a sentence, what can be told, and ends with 0 whatever that is")
  func compares() throws {
    let finished = try Program.run(["compare", Self.one, Self.two])
    #expect(finished.status == 0 && finished.error.isEmpty)
    let lines = finished.output.split(separator: "\n")
    #expect(lines[0].contains("two") && lines[0].contains("one"))
    #expect(lines.contains { $0.hasPrefix("moods") } && lines.contains { $0.hasPrefix("letters") })
    let told = try object(try Program.run(["compare", Self.one, Self.two, "--json"]))
    #expect(told["exit_code"] as? Int == 0)
  }

  @Test("ends with 1 for a model that is worse where it may not be, and says so in JUnit")
  func fails() throws {
    try Program.withFolder { folder in
      let wrong = try wrong("moods", in: folder)
      #expect(try Program.run(["compare", Self.one, wrong]).status == 0)
      let junit = "\(folder)/junit.xml"
      let worse = try Program.run(
        ["compare", Self.one, wrong, "--fail-on", "worse", "--junit", junit])
      #expect(worse.status == 1 && worse.output.hasPrefix("wrong is worse than one on moods"))
      let report = try String(contentsOfFile: junit, encoding: .utf8)
      #expect(report.contains("failures=\"1\"") && report.contains("moods"))
      // A model that is better is no failure unless every difference is.
      #expect(try Program.run(["compare", wrong, Self.one, "--fail-on", "worse"]).status == 0)
      #expect(try Program.run(["compare", wrong, Self.one, "--fail-on", "different"]).status == 1)
      let told = try object(
        try Program.run(["compare", Self.one, wrong, "--fail-on", "worse", "--json"]))
      #expect(told["exit_code"] as? Int == 1)
    }
  }

  @Test("ends with 5 where a task of the first model is missing, but only if it may fail")
  func incomplete() throws {
    try Program.withFolder { folder in
      let copy = "\(folder)/two"
      try FileManager.default.copyItem(atPath: Self.two, toPath: copy)
      for name in try FileManager.default.contentsOfDirectory(atPath: copy) {
        let path = "\(copy)/\(name)"
        if name.hasPrefix("samples_letters_") {
          try FileManager.default.removeItem(atPath: path)
        } else if name.hasPrefix("results_") {
          let bytes = try Data(contentsOf: URL(filePath: path))
          var content = try #require(
            JSONSerialization.jsonObject(with: bytes) as? [String: Any])
          var results = try #require(content["results"] as? [String: Any])
          results["letters"] = nil
          content["results"] = results
          try JSONSerialization.data(withJSONObject: content).write(to: URL(filePath: path))
        }
      }
      #expect(try Program.run(["compare", Self.one, copy]).status == 0)
      let finished = try Program.run(["compare", Self.one, copy, "--fail-on", "worse"])
      #expect(finished.status == 5 && finished.output.contains("no samples of letters"))
    }
  }

  @Test("ends with 2 for one model, for what is no model, and for a margin that is none")
  func refuses() throws {
    for arguments in [
      [Self.one], [Self.one, "no/such/folder"], [Self.one, Self.two, "--margin", "2"],
      [Self.one, Self.two, "--fail-on", "never"], [],
    ] {
      let finished = try Program.run(["compare"] + arguments)
      #expect(finished.status == 2 && finished.output.isEmpty, "\(arguments)")
      #expect(!finished.error.isEmpty)
    }
  }
}
