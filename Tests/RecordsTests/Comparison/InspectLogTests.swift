import Files
import Foundation
import TestSupport
import Testing

@testable import Records

@Suite("Logs of inspect_ai") struct InspectLogTests {
  private func log(_ name: String) throws -> InspectLog {
    let path = try ComparisonFixtures.path("inspect/\(name)")
    guard InspectLog.isArchive(path) else {
      return try InspectLog(LogDocument.read(path), path: path)
    }
    return try InspectLog(archive: path)
  }

  @Test(
    "scores are those that inspect_ai reads itself",
    arguments: ["a.eval", "b.json", "c.eval"])
  func scores(name: String) throws {
    let log = try log(name)
    let oracle = try LogDocument.read(ComparisonFixtures.path("inspect/expected.json"))
    let expected = try #require(oracle["logs"]?[name])
    #expect(log.model == expected["model"]?.stringValue && log.task == "sums")
    let scorers = try #require(expected["scores"]?.objectValue)
    #expect(log.rows.map(\.metric) == scorers.keys)
    for row in log.rows {
      let own = try #require(scorers[row.metric]?.objectValue)
      #expect(row.items.count == own.members.count)
      for item in row.items {
        let id = String(item.id.dropFirst("sums/".count))
        let values = try #require(own[id]?.arrayValue).compactMap(\.doubleValue)
        #expect(item.scores == [values.reduce(0, +) / Double(values.count)])
      }
    }
    #expect(log.notes.isEmpty)
  }

  @Test("the same questions are found in another order, under other ids and in another format")
  func matched() throws {
    let paths = try ["a.eval", "b.json", "c.eval"].map {
      try ComparisonFixtures.path("inspect/\($0)")
    }
    let comparison = try ModelComparison(paths, artifacts: "none")
    #expect(comparison.models.map(\.label) == ["mockllm/a", "mockllm/b", "mockllm/c"])
    for pair in comparison.pairs {
      #expect(pair.rows.allSatisfy { $0.count == 8 && $0.onlyInReference + $0.onlyInOther == 0 })
    }
    #expect(comparison.pairs[0].rows.first { $0.metric == "match" }?.difference == -0.25)
  }

  @Test("a task that is called as one of this program has its own main metric")
  func sameName() throws {
    let folder = try TemporaryFolder()
    let text = try String(
      contentsOfFile: ComparisonFixtures.path("inspect/b.json"), encoding: .utf8)
    let path = folder.path(of: "b.json")
    try text.replacing("\"sums\"", with: "\"gsm8k\"").write(
      toFile: path, atomically: true, encoding: .utf8)
    let comparison = try ModelComparison([path, path], artifacts: "none")
    #expect(comparison.pairs[0].primary.map(\.task) == ["gsm8k"])
  }

  @Test(
    "values become numbers as inspect_ai makes them",
    arguments: [
      ("C", 1), ("P", 0.5), ("I", 0), ("N", 0), ("Yes", 1), ("FALSE", 0), ("0.25", 0.25),
      (" 1e-1 ", 0.1), ("-2", -2),
    ] as [(String, Double)])
  func values(text: String, value: Double) {
    #expect(InspectScore(.string(text)) == .number(value))
    #expect(InspectScore("0x10") == .unknown && InspectScore("inf") == .unknown)
    #expect(InspectScore([1]) == .list)
  }

  @Test("a sample without an id, one that comes twice, and a log without samples are refused")
  func refused() throws {
    func content(_ samples: JSON) -> JSON {
      ["version": 2, "eval": ["task": "t", "model": "m"], "samples": samples]
    }
    let sample: JSON = ["id": 1, "input": "q", "scores": ["s": ["value": "C"]]]
    for samples: JSON in [[], [["input": "q"]], [sample, sample], [["id": 1]]] {
      #expect(throws: LogError.self) { try InspectLog(content(samples), path: "log") }
    }
    let log = try InspectLog(
      content([sample, ["id": 2, "input": "r", "scores": ["s": ["value": .number(.nan)]]]]),
      path: "log")
    #expect(log.rows[0].items.map(\.scores) == [[1]])
    #expect(log.notes == ["1 sample of t in log have no score."])
  }

  @Test("no archive that was cut or changed is a crash, or is read as another one")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let path = try ComparisonFixtures.path("inspect/a.eval")
    let bytes = try InputFile(path: path)
    let all = try bytes.bytes(at: 0, count: bytes.size)
    let rows = try log("a.eval").rows
    for step in 0..<60 {
      var changed = all
      let place = (step * 7919) % all.count
      if step % 2 == 0 { changed.removeSubrange(place...) } else { changed[place] ^= 0x55 }
      let file = try folder.write(changed, to: "damaged.eval")
      guard let log = try? InspectLog(archive: file) else { continue }
      #expect(log.rows == rows)
    }
  }
}
