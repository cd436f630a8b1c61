import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import replicate

/// Every command that README.md and docs/ show is one that the program understands, and is executed where that takes
/// moments.
@Suite("Commands in the documentation", .serialized) struct DocumentedCommandTests {
  /// What is only parsed, and why.
  private static let unrun: [String: String] = [
    "replicate smollm2-135m-conflict": "downloads 180 MB and computes for a quarter of an hour",
    "replicate smollm2-135m-math": "downloads 180 MB and computes for hours",
    "replicate plan smollm2-135m-math": "asks servers for what is missing",
    "replicate plan gemma-1b-numina": "asks servers for what is missing",
    "replicate report RECORD --open": "opens a browser",
    "replicate report RECORD… [--html FILE] [--md FILE] [--open] [--against EXPERIMENT]":
      "opens a browser",
    "replicate paper smollm2-135m-conflict": "needs a record that takes a quarter of an hour",
    "replicate import axolotl OUT --arm eaft --results LM_EVAL":
      "needs output of both programs for one model; AxolotlImportTests make it",
    "replicate diff NATIVE IMPORTED": "needs a record of that import",
    "replicate serve": "serves until it is stopped; ServeCommandTests do",
    "replicate serve [--port 8642] [--artifacts DIR]":
      "serves until it is stopped; ServeCommandTests do",
    "replicate engine setup axolotl": "installs 5 GB",
    "replicate engine setup axolotl --release 0.19.0": "installs 5 GB",
    "replicate engine setup axolotl --cuda": "installs 16 GB",
    "replicate run NAME --engine axolotl": "needs that installation",
    "replicate diff NATIVE AXOLOTL": "needs a record of it",
    "replicate evaluate --model M --tasks T --output DIR":
      "needs a model; EvaluateCommandTests make one",
    "replicate evaluate --model PATH --tasks mmlu,arc_challenge,gsm8k --output DIR":
      "needs a model; EvaluateCommandTests make one",
    "replicate check RECORD RECORD --against EXPERIMENT":
      "needs records of other seeds of the same arms",
    "replicate anchors push REMOTE": "needs a repository; AnchorCommandTests make one",
    "replicate anchors pull REMOTE": "needs a repository; AnchorCommandTests make one",
    "replicate lock NAME --intend": "needs a repository; AnchorCommandTests make one",
    "replicate determinism NAME":
      "climbs a ladder for minutes; DeterminismCommandTests climb parts",
    "replicate determinism NAME --certificate":
      "kills a run at many points for minutes; DeterminismCommandTests kill it at few",
    "replicate determinism tiny --against artifacts/golden/tiny.json":
      "climbs a ladder for minutes; DeterminismCommandTests climb parts",
    "replicate determinism tiny --against artifacts/golden/tiny.json --junit determinism.xml":
      "climbs a ladder for minutes; DeterminismCommandTests climb parts",
    "replicate import lm-eval DIR [--date 2026-11-29T16] [--language-data DIR] [--task-map local_arc=arc_challenge]":
      "needs a run of that hour; what is committed has others",
    "replicate diff A B [--date 2026-11-29] [--other-date 2026-11-30]":
      "needs runs of those days; what is committed has others",
  ]

  /// What ends otherwise than with 0 where all is well, and why it does.
  private static let statuses: [String: Set<Int32>] = [
    // It was asked to fail on a difference, and models may differ.
    "replicate compare base tuned other [--margin 0.01] [--fail-on worse|different] [--junit FILE]":
      [0, 1]
  ]

  /// What a placeholder is where values are restricted.
  private static let examples = [
    "F": "crate", "ARM:SEED": "sft:42", "TASK:DOCUMENT": "gsm8k:3", "COMMAND": "show",
  ]

  /// A variant with words that the parser can tell from each other.
  private func typed(_ words: [String]) -> [String] { words.map { Self.examples[$0] ?? $0 } }

  /// The names of commands that are called without arguments they need: they are only spoken of.
  private func onlyNamed() throws -> Set<[String]> {
    Set(
      try CommandDescription.all().filter { described in
        (described.command.arguments ?? []).contains { !$0.isOptional }
      }.map(\.words))
  }

  @Test("are found in blocks and in the text")
  func extraction() throws {
    let page = """
      Words `replicate show RECORD` and `replicate
      log --rebuild`, not `replicate.sqlite`.

          replicate diff A B [--date D|E]   # comment
          replicate.sqlite  a file
      """
    let found = DocumentedCommand.commands(of: page)
    #expect(
      found.map(\.text) == [
        "replicate diff A B [--date D|E]", "replicate show RECORD", "replicate log --rebuild",
      ])
    #expect(
      found[0].variants == [
        ["diff", "A", "B", "--date", "D"], ["diff", "A", "B", "--date", "E"], ["diff", "A", "B"],
      ])
    #expect(
      DocumentedCommand(text: "replicate show RECORD… > FILE").variants == [["show", "RECORD"]])
    #expect(try DocumentedCommand.all().count > 50)
  }

  @Test("are understood by the program's own parser")
  func parsing() throws {
    let onlyNamed = try onlyNamed()
    for command in try DocumentedCommand.all() {
      for words in command.variants where !words.isEmpty && !onlyNamed.contains(words) {
        do {
          _ = try Replicate.parseAsRoot(typed(words))
        } catch {
          let code = Replicate.exitCode(for: error)
          #expect(code.isSuccess, "\(command.text): \(Replicate.message(for: error))")
        }
      }
    }
    #expect(throws: (any Error).self) {
      try Replicate.parseAsRoot(["show", "RECORD", "--nonsense"])
    }
  }

  @Test("that are only parsed are said to be so with a reason, and stand there still")
  func unrunCommands() throws {
    let documented = Set(try DocumentedCommand.all().map(\.text))
    for name in Set(Self.unrun.keys).union(Self.statuses.keys) {
      #expect(documented.contains(name), "\(name) is not in the documentation any more.")
    }
    #expect(Set(Self.unrun.keys).isDisjoint(with: Self.statuses.keys))
  }

  @Test("do on the toy what they say, all that need no download")
  func running() throws {
    let (described, onlyNamed) = (try CommandDescription.all(), try onlyNamed())
    try Program.withFolder { folder in
      let stage = try Stage(folder)
      var place = 0
      for command in try DocumentedCommand.all() where Self.unrun[command.text] == nil {
        for words in command.variants where !words.isEmpty {
          place += 1
          let help = onlyNamed.contains(words) ? ["--help"] : []
          var arguments = try stage.arguments(words, output: "\(folder)/output-\(place)") + help
          let verb = described.last { words.starts(with: $0.words) }
          if verb?.command.arguments?.contains(where: { $0.isNamed("artifacts") }) == true {
            arguments += ["--artifacts", stage.artifacts]
          }
          let finished = try Program.run(arguments)
          let expected = Self.statuses[command.text] ?? [0]
          #expect(
            expected.contains(finished.status),
            "\(command.text) as \(arguments) ended with \(finished.status): \(finished.error)")
          if command.text.contains(" > FILE") { try stage.keep(finished.output) }
        }
      }
    }
  }

  /// What the placeholders stand for: the toy's manifest, records of it, and folders of other programs.
  private struct Stage {
    let folder: String
    let artifacts: String
    private let records: [String]

    init(_ folder: String) throws {
      self.folder = folder
      artifacts = "\(folder)/artifacts"
      let files = FileManager.default
      // A lock is written beside its manifest.
      try files.copyItem(atPath: Checkout.manifests, toPath: "\(folder)/manifests")
      var records: [String] = []
      for options in [[], ["--repeat"]] {
        let finished = try Program.run(
          ["tiny", "--json", "--artifacts", artifacts] + options)
        let object = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
        let record = (object as? [String: Any])?["record_id"] as? String
        records.append(record ?? "none")
      }
      self.records = records
      let proof = try Program.run(
        ["show", records[0], "--prove", "gsm8k:3", "--artifacts", artifacts])
      try keep(proof.output)
      // A third model that answers as the first.
      try files.copyItem(
        atPath: Checkout.folder.appending(
          path: "Tests/RecordsTests/Fixtures/comparison/harness/one"
        ).path, toPath: "\(folder)/third")
      // Steps of another machine.
      _ = try Program.run(
        ["run", "tiny", "--only", "sft:42", "--artifacts", "\(folder)/other"])
    }

    /// What `> FILE` keeps.
    func keep(_ output: String) throws {
      try Data(output.utf8).write(to: URL(filePath: "\(folder)/proof.json"))
    }

    /// The words of a command with real things in the place of placeholders.
    func arguments(_ words: [String], output: String) throws -> [String] {
      let fixtures = Checkout.folder.appending(path: "Tests/RecordsTests/Fixtures")
      func fixture(_ name: String) -> String { fixtures.appending(path: name).path }
      var values = [
        "NAME": "\(folder)/manifests/tiny.yaml", "RECORD": records[0], "REMOTE": "origin",
        "A": records[0], "B": records[1], "F": "in-toto", "COMMAND": "show",
        "EXPERIMENT": "eaft-axolotl-blog", "ARM:SEED": "sft:42", "FOLDER": "\(folder)/other",
        "DIR": output, "gsm8k:17": "gsm8k:3",
        "FILE": "\(folder)/manifests/tiny.yaml",
      ]
      switch words.first {
      case "audit": values["FILE"] = "\(folder)/proof.json"
      case "check":
        for name in ["FILE", "EXPERIMENT"] {
          values[name] = "\(folder)/manifests/expectations/tiny.yaml"
        }
      case "compare":
        values["FILE"] = "\(folder)/junit.xml"
        for (name, place) in [("A", "one"), ("base", "one"), ("B", "two"), ("tuned", "two")] {
          values[name] = fixture("comparison/harness/\(place)")
        }
        for name in ["C", "other"] { values[name] = "\(folder)/third" }
      case "import":
        values["DIR"] = fixture(
          words.contains("axolotl") ? "axolotl/eaft" : "interchange/harness-0.4.13")
      case "paper": values["NAME"] = "tiny"
      default: break
      }
      return words.map { values[$0] ?? $0 }
    }
  }
}
