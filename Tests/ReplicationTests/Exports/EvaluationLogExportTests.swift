import Files
import Foundation
import TestSupport
import Testing

@testable import Records
@testable import Replication

@Suite("A record exported as logs of Every Eval Ever") struct EvaluationLogExportTests {
  @Test("holds every metric of every arm, and every score of every document that is right or wrong")
  func content() async throws {
    let toy = try ExportedToy()
    let record = try await toy.run()
    try toy.export(record, as: .everyEvalEver, to: "out")
    let names = toy.folder.files().filter { $0.hasPrefix("out/data/") }
    let aggregates = names.filter { $0.hasSuffix(".json") }
    #expect(aggregates.count == record.summary.arms.count)
    for name in aggregates {
      let log = try toy.json(name)
      #expect(log["schema_version"] == "0.3.0")
      let label = try #require(log["model_info"]?["name"]?.stringValue)
      let arm = try #require(record.summary.arms.first { $0.sentence == label })
      let results = try #require(log["evaluation_results"]?.arrayValue)
      #expect(
        results.map { $0["score_details"]?["score"]?.doubleValue } == arm.metrics.map(\.value))
      let details = try #require(log["detailed_evaluation_results"])
      let path = "out/\(try #require(details["file_path"]?.stringValue))"
      #expect(names.contains(path))
      let bytes = try OpenFile.contents(of: toy.folder.path(of: path))
      #expect(details["checksum"] == JSON(SHA256.digest(of: bytes)))
      let lines = try bytes.split(separator: UInt8(ascii: "\n")).map {
        try JSONParser.parse(Array($0), source: path)
      }
      #expect(details["total_rows"] == JSON(lines.count))
      // The rows of a metric have its mean, and name it.
      for (metric, result) in zip(arm.metrics, results) {
        let own = lines.filter {
          $0["evaluation_result_id"] == result["evaluation_result_id"]
        }.compactMap { $0["evaluation"]?["score"]?.doubleValue }
        guard !own.isEmpty else { continue }
        #expect(own.count == metric.count)
        #expect(abs(own.reduce(0, +) / Double(own.count) - metric.value) < 1e-12)
      }
      #expect(lines.allSatisfy { $0["evaluation_id"] == log["evaluation_id"] })
    }
  }
}
