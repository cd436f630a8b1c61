import Foundation
import TestSupport
import Testing

/// `replicate import` as a user runs it, on folders that Axolotl and lm-evaluation-harness themselves wrote.
@Suite("The import commands", .serialized) struct ImportCommandTests {
  private static let fixtures = Checkout.folder.appending(path: "Tests/RecordsTests/Fixtures").path
  private static let training = "\(fixtures)/axolotl/eaft"
  private static let harness = "\(fixtures)/interchange/harness-0.4.13"

  private func object(_ finished: Finished) throws -> [String: any Sendable] {
    #expect(finished.output.split(separator: "\n").count == 1, "\(finished.error)")
    let parsed = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
    return try #require(parsed as? [String: any Sendable])
  }

  @Test("axolotl makes a record of a training, which every command on records takes")
  func axolotl() throws {
    try Program.withFolder { folder in
      let options = ["--artifacts", "\(folder)/artifacts"]
      let words = ["import", "axolotl", Self.training, "--arm", "eaft"] + options
      let told = try object(try Program.run(words + ["--json"]))
      #expect(told["exit_code"] as? Int == 0)
      let id = try #require(told["record_id"] as? String)
      let again = try Program.run(words)
      #expect(again.status == 0 && again.output.contains("20 logged steps up to step 20"))
      #expect(again.output.contains("What is not known:") && again.output.contains(id))
      #expect(try Program.run(["log"] + options).output.contains("arms eaft · seeds 42"))
      let show = try Program.run(["show", id] + options)
      #expect(show.status == 0 && show.output.contains("initial weights"))
      let audit = try Program.run(["audit", id] + options)
      #expect(audit.status == 0 && audit.output.contains("20 steps read again"), "\(audit.output)")
    }
  }

  @Test("axolotl says what a folder lacks, and which options go together")
  func refusals() throws {
    try Program.withFolder { folder in
      let options = ["--artifacts", "\(folder)/artifacts"]
      for (words, sentence) in [
        ([Self.fixtures], "tells of no step of a training"),
        (["\(folder)/none"], "none"),
        ([Self.training, "--seed=-1"], "--seed is -1"),
        ([Self.training, "--arm", "A b"], "--arm is 'A b'"),
        ([Self.training, "--date", "2026"], "say how --results is read"),
      ] {
        let finished = try Program.run(["import", "axolotl"] + words + options)
        #expect(finished.status == 2 && finished.error.contains(sentence), "\(finished.error)")
      }
      let absent = try Program.run(
        ["import", "axolotl", Self.training, "--config", "\(folder)/none.yml"] + options)
      #expect(absent.status == 7 && absent.error.contains("none.yml"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/artifacts/records"))
    }
  }

  @Test("axolotl puts the scores of the harness into the same record")
  func results() throws {
    try Program.withFolder { folder in
      let options = ["--artifacts", "\(folder)/artifacts"]
      let told = try object(
        try Program.run(
          ["import", "axolotl", Self.training, "--arm", "eaft", "--results", Self.harness]
            + ["--task-map", "local_arc=arc_challenge", "--json"] + options))
      #expect(told["exit_code"] as? Int == 0)
      let id = try #require(told["record_id"] as? String)
      let rescored = try Program.run(["audit", id, "--only", "rescoring"] + options)
      #expect(rescored.status == 0, "\(rescored.error)")
    }
  }

  @Test("lm-eval scores a folder anew; without its name it is the same command")
  func harness() throws {
    try Program.withFolder { folder in
      let words = [Self.harness, "--task-map", "local_arc=arc_challenge", "local_gsm8k=gsm8k"]
      var outputs: [String] = []
      for (verb, place) in [(["import", "lm-eval"], "a"), (["import"], "b")] {
        let finished = try Program.run(verb + words + ["--artifacts", "\(folder)/\(place)"])
        #expect(finished.status == 0 && finished.output.contains("All agree: 10 scores"))
        outputs.append(finished.output.replacing("\(folder)/\(place)", with: ""))
      }
      #expect(outputs[0] == outputs[1])
      let log = try Program.run(["log", "--artifacts", "\(folder)/a"])
      #expect(log.output.contains("arms imported"))
    }
  }

  @Test("lm-eval ends with 1 and names the document whose score is not the one that is recorded")
  func otherScore() throws {
    try Program.withFolder { folder in
      let copy = "\(folder)/copy"
      try FileManager.default.copyItem(atPath: Self.harness, toPath: copy)
      let names = try FileManager.default.contentsOfDirectory(atPath: copy)
      let samples = "\(copy)/\(try #require(names.first { $0.contains("local_arc") }))"
      let text = try String(contentsOfFile: samples, encoding: .utf8)
      let edited = text.replacing(#""acc": 0.0"#, with: #""acc": 1.0"#)
      #expect(edited != text)
      try Data(edited.utf8).write(to: URL(filePath: samples))
      let options = ["--task-map", "local_arc=arc_challenge", "--artifacts", "\(folder)/artifacts"]
      let finished = try Program.run(["import", "lm-eval", copy] + options)
      #expect(finished.status == 1 && finished.output.contains("local_arc"), "\(finished.output)")
      let absent = try Program.run(["import", "lm-eval", "\(folder)/none"] + options)
      #expect(absent.status == 2 && absent.error.contains("\(folder)/none"))
    }
  }
}
