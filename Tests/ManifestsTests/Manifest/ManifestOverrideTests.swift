import Files
import Foundation
import Recipes
import TestSupport
import Testing

@testable import Manifests

@Suite("Values set in place of a manifest's own")
struct ManifestOverrideTests {
  private func file(_ overrides: [String]) throws -> ManifestFile {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(ManifestFixtures.validText().utf8), to: "m.yaml")
    return try ManifestFile.read(path, overrides: overrides)
  }

  private func problem(_ override: String) throws -> String {
    let error = #expect(throws: ManifestError.self) { try file([override]) }
    return error?.problems.map(\.message).joined(separator: " | ") ?? ""
  }

  @Test("are read as the file's own would be, and make another manifest")
  func values() throws {
    let own = try file([]).manifest
    let set = try file([
      "training.max_steps=20", "training.optimizer.betas=[0.8, 0.9]", "training.seeds=[7]",
      "evaluation.*.limit=4", "data.train.take=3", "title='Less: of it'",
    ]).manifest
    #expect(set.training.settings.maximumSteps == 20)
    #expect(set.training.settings.optimizer.beta1 == 0.8)
    #expect(set.training.seeds == [7])
    #expect(set.title == "Less: of it")
    // MMLU is limited by subject, and what had no limit gets one.
    #expect(set.evaluations.map(\.limit) == [4, 4, 4])
    #expect(set.trainingData.exampleLimit == 3)
    #expect(set.overrides.count == 6 && own.overrides.isEmpty)
    #expect(set.canonical != own.canonical)
    // Even where the value is the file's own: it says what the run was asked for.
    #expect(try file(["training.max_steps=10"]).manifest.canonical != own.canonical)
    #expect(
      try file(["evaluation.gsm8k.limit=1"]).manifest.evaluations.map(\.limit) == [3, nil, 1])
    #expect(
      try file(["evaluation.tasks.arc.limit=2"]).manifest.evaluations.map(\.limit) == [3, 2, 5])
  }

  @Test("may be longer than other lines, as a list of files is")
  func long() throws {
    let seeds = (1_001...1_064).map { UInt64($0) }
    #expect(try file(["training.seeds=\(seeds)"]).manifest.training.seeds == seeds)
  }

  @Test("leave documented results without a say, unless they name some themselves")
  func expectations() throws {
    func read(_ overrides: [String]) throws -> String? { try file(overrides).manifest.expectations }
    #expect(try read([]) != nil)
    #expect(try read(["training.max_steps=2"]) == nil)
    #expect(try read(["training.max_steps=2", "expectations=own.yaml"]) == "own.yaml")
  }

  @Test("are part of the bytes that a record keeps, from which the same manifest is read")
  func bytes() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(ManifestFixtures.validText().utf8), to: "m.yaml")
    let file = try ManifestFile.read(path, overrides: ["training.max_steps=20", "title='It''s'"])
    let bytes = try file.bytes()
    #expect(SHA256.digest(of: bytes) == file.sha256)
    #expect(try ManifestDecoder.decode(bytes, name: "copy") == file.manifest)
    _ = try folder.write(Array("changed".utf8), to: "m.yaml")
    #expect(throws: ManifestError.self) { try file.bytes() }
  }

  @Test("that cannot be set are errors that name them, with what is near")
  func errors() throws {
    #expect(try problem("training").contains("'training' is not of the form key.key=value"))
    #expect(try problem("=1").contains("is not of the form"))
    #expect(try problem("a..b=1").contains("is not of the form"))
    #expect(try problem("training.max_steps=").contains("has no value"))
    #expect(try problem("overrides=[title=x]").contains("sets the values that are set"))
    #expect(try problem("training.max_steps=[").contains("has no value"))
    #expect(
      try problem("trainning.max_steps=2")
        == "'trainning.max_steps=2' finds no 'trainning' in the manifest; did you mean 'training'?"
    )
    #expect(try problem("evaluation.gsm9k.limit=2").contains("finds no entry 'gsm9k'"))
    #expect(try problem("training.max_steps.x=2").contains("which is a single value"))
    // What the decoder refuses, it refuses here too.
    #expect(try problem("training.max_stepps=2").contains("max_stepps"))
    #expect(try problem("training.max_steps=many").contains("max_steps"))
    #expect(try problem("training.max_steps=0").contains("max_steps"))
    let error = #expect(throws: ManifestError.self) { try file(["title=a\nname: b"]) }
    #expect("\(error as Any)".contains("one line"))
  }

  @Test("that are drawn at random are read or refused, and nothing else")
  func fuzz() throws {
    var random = SeededGenerator(seed: 11)
    let parts = [
      "training", "evaluation", "*", "limit", "max_steps", ".", "=", "[", "1", "'", "&a", "*a",
      ": ", "{", "}", "tasks", "gsm8k", "\u{1F600}", "!!str", "-", "overrides",
    ]
    for _ in 0..<400 {
      let text = (0..<Int.random(in: 1...7, using: &random)).map { _ in
        parts.randomElement(using: &random) ?? ""
      }.joined()
      do {
        let file = try file([text])
        #expect(file.manifest.overrides == [text], "\(text)")
      } catch {
        #expect(error is ManifestError, "\(text)")
      }
    }
  }
}
