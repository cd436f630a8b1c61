import Foundation
import TestSupport
import Testing

/// `replicate evaluate` as a user runs it, on a model of the toy run.
@Suite("The evaluate command", .serialized) struct EvaluateCommandTests {
  private static let tiny = Checkout.folder.appending(path: "manifests/tiny").path

  /// A folder with the toy's trained model and its data in the layout of --data.
  private func prepare(_ folder: String) throws -> [String] {
    let run = try Program.run([
      "tiny", "--artifacts", "\(folder)/artifacts", "--save-models", "\(folder)/models",
    ])
    try #require(run.status == 0, "\(run.error)")
    for (source, task, split) in [
      ("mmlu", "mmlu", "test"), ("mmlu_dev", "mmlu", "dev"),
      ("hellaswag", "hellaswag", "validation"), ("arc_challenge", "arc_challenge", "test"),
      ("gsm8k", "gsm8k", "test"),
    ] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/data/\(task)", withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: "\(Self.tiny)/\(source).jsonl", toPath: "\(folder)/data/\(task)/\(split).jsonl")
    }
    return [
      "evaluate", "--model", "\(folder)/models/sft-42", "--data", "\(folder)/data", "--offline",
    ]
  }

  /// The written files by name, without what tells the time.
  private func written(_ folder: String) throws -> [String: String] {
    let names = try #require(FileManager.default.enumerator(atPath: folder))
    var files: [String: String] = [:]
    for case let name as String in names where name.contains(".json") {
      let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      files[name.replacing(/_[0-9T:.\-]+\.json/, with: ".json")] = text.replacing(
        /"(date|total_evaluation_time_seconds)": [^\n]*/, with: "")
    }
    return files
  }

  @Test("comes to the same files after kill -9 at any moment and the same command again")
  func killed() throws {
    try Program.withFolder { folder in
      let command =
        try prepare(folder) + [
          "--tasks", "mmlu,hellaswag,arc_challenge,gsm8k", "--num-fewshot", "0",
          "--max-new-tokens", "24", "--chat-template", "gemma3", "--output",
        ]
      let start = Date()
      let whole = try Program.run(command + ["\(folder)/whole"])
      let seconds = Date().timeIntervalSince(start)
      try #require(whole.status == 0, "\(whole.error)")
      #expect(whole.output.contains("strict-match") && whole.output.contains("results: "))
      #expect(whole.error.contains("gsm8k: 12 of 1319 documents"))
      let expected = try written("\(folder)/whole")
      let journal = "\(folder)/begun/unfinished.jsonl"
      let begun = try Program.run(
        command + ["\(folder)/begun"],
        killedWhen: {
          let content = FileManager.default.contents(atPath: journal) ?? Data()
          return content.count { $0 == UInt8(ascii: "\n") } > 1
        })
      let continued = try Program.run(command + ["\(folder)/begun"])
      if begun.wasKilled {
        #expect(continued.error.contains("documents were done before"))
      }
      #expect(try written("\(folder)/begun") == expected)
      let rounds = ProcessInfo.processInfo.environment["REPLICATE_LONG_TESTS"] == nil ? 3 : 40
      for round in 0..<rounds {
        let output = "\(folder)/killed-\(round)"
        for attempt in 0..<3 {
          let share = Double((round * 3 + attempt) * 37 % 100) / 100
          _ = try Program.run(command + [output], killedAfter: share * seconds)
        }
        let resumed = try Program.run(command + [output])
        #expect(resumed.status == 0 && resumed.output.contains("strict-match"))
        #expect(try written(output) == expected)
      }
    }
  }

  @Test("prints one JSON object with --json, and ends with documented codes")
  func output() throws {
    try Program.withFolder { folder in
      let command = try prepare(folder)
      let finished = try Program.run(
        command + ["--tasks", "arc_challenge", "--output", "\(folder)/json", "--json"])
      #expect(finished.status == 0 && finished.output.split(separator: "\n").count == 1)
      #expect(finished.output.contains("\"metric\":\"acc_norm\""))
      let cases: [(arguments: [String], status: Int32, sentence: String)] = [
        (["--tasks", "nonsense"], 2, "There is no task named \"nonsense\""),
        (["--tasks", "gsm8k, mmlu"], 2, "There is no task named \" mmlu\""),
        (["--tasks", "gsm8k,"], 2, "joined by single commas"),
        (["--tasks", "gsm8k", "--limit", "0"], 2, "--limit is 0"),
        (["--tasks", "gsm8k"], 7, "no file gsm8k/train.jsonl"),
        (["--tasks", "arc_challenge", "--apply-chat-template"], 2, "--chat-template gemma3"),
        (["--tasks", "gsm8k", "--num-fewshot", "0", "--max-length", "9"], 2, "--max-new-tokens"),
      ]
      for (arguments, status, sentence) in cases {
        let finished = try Program.run(command + arguments + ["--output", "\(folder)/errors"])
        #expect(finished.status == status && finished.output.isEmpty)
        #expect(finished.error.contains(sentence), "\(finished.error)")
      }
    }
  }
}
