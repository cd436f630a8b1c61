import Files
import Foundation
import Scoring
import TestSupport
import Testing

@testable import Manifests
@testable import Replication

@Suite("The journal of an evaluation") struct EvaluationJournalTests {
  private static let identity: JSON = ["model": "a", "limit": nil]

  private func sample(_ index: Int) throws -> SampleResult {
    try SampleResult(
      task: GSM8K.task, documentIndex: index, prompt: "Question: ü\nAnswer:", target: "#### 4",
      response: .generation(.init(" #### 4", stopStrings: ["Question:"], maximumNewTokens: 8)),
      truncatedTokens: 0, tools: nil)
  }

  /// A journal with some samples; gives its bytes.
  private func journal(at path: String, count: Int) throws -> [UInt8] {
    let journal = try EvaluationJournal(path: ContainedPath(path))
    #expect(try journal.begin(Self.identity).isEmpty)
    for index in 0..<count { try journal.append(try sample(index)) }
    return try OpenFile.contents(of: path)
  }

  private func samples(at path: String) throws -> [SampleResult] {
    try EvaluationJournal(path: ContainedPath(path)).begin(Self.identity)
  }

  @Test("gives back what was appended, whatever was cut off its end")
  func survivesAnyCut() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "journal")
    let bytes = try journal(at: path, count: 3)
    let expected = try (0..<3).map(sample)
    let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
    // Every length around the ends of lines, and some in between.
    let lengths = (0...bytes.count).filter { length in
      length % 97 == 0 || ends.contains { abs($0 - length) < 3 }
    }
    for length in lengths {
      try Data(bytes[..<length]).write(to: URL(filePath: path))
      let whole = ends.count { $0 < length } - 1
      let resumed = try EvaluationJournal(path: ContainedPath(path))
      #expect(try resumed.begin(Self.identity) == Array(expected.prefix(max(0, whole))))
      try resumed.append(expected[0])
      withExtendedLifetime(resumed) {}
      #expect(try OpenFile.contents(of: path).last == UInt8(ascii: "\n"))
    }
  }

  @Test("is locked while it is open, and leaves nothing if nothing was begun")
  func locks() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "journal")
    do {
      let journal = try EvaluationJournal(path: ContainedPath(path))
      #expect(throws: FileError.self) { try EvaluationJournal(path: ContainedPath(path)) }
      journal.removeIfEmpty()
    }
    #expect(folder.files().isEmpty)
    _ = try self.journal(at: path, count: 1)
    #expect(try samples(at: path).count == 1)
    try EvaluationJournal(path: ContainedPath(path)).remove()
    #expect(folder.files().isEmpty)
  }

  @Test("of another evaluation is refused with what differs, and so is another file")
  func refusesOthers() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "journal")
    _ = try journal(at: path, count: 1)
    func message(_ identity: JSON) throws -> String {
      let error = #expect(throws: EvaluationCommandError.self) {
        try EvaluationJournal(path: ContainedPath(path)).begin(identity)
      }
      return try #require(error?.message)
    }
    #expect(try message(["model": "b", "limit": 3]).contains("differs in model, limit:"))
    #expect(try message(["model": "b", "limit": nil]).contains("differs in model:"))
    // One without samples binds nobody.
    let empty = folder.path(of: "empty")
    _ = try journal(at: empty, count: 0)
    #expect(try EvaluationJournal(path: ContainedPath(empty)).begin(["model": "b"]).isEmpty)
    _ = try folder.write(Array("notes\nof mine".utf8), to: "journal")
    #expect(try message(Self.identity).contains("is not an unfinished evaluation"))
  }

  @Test("with a damaged line is refused with the line's number")
  func refusesDamage() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "journal")
    var lines = try journal(at: path, count: 3).split(separator: UInt8(ascii: "\n"))
    lines[2].removeLast()
    _ = try folder.write(Array(lines.joined(separator: [UInt8(ascii: "\n")])), to: "journal")
    let error = #expect(throws: EvaluationCommandError.self) { try samples(at: path) }
    #expect(error?.message.contains("Line 3 of") == true)
  }

  @Test("is read or refused, however it is damaged")
  func fuzzed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "journal")
    let bytes = try journal(at: path, count: 3)
    try fuzz(60) { _, generator in
      _ = try folder.write(mutated(bytes, &generator), to: "journal")
      do {
        #expect(try samples(at: path).count <= 6)
      } catch is EvaluationCommandError {
      } catch is FileError {
      }
    }
  }
}
