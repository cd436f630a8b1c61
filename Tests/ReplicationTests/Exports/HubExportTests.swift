import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

@Suite("A record exported for the Hugging Face Hub") struct HubExportTests {
  @Test("fills a card for every trained arm with all of its metrics, and for no other")
  func cards() async throws {
    let toy = try ExportedToy(expecting: "0.50")
    let record = try await toy.run()
    try toy.export(record, as: .huggingFace, to: "out")
    let names = toy.folder.files().filter { $0.hasPrefix("out/") }.sorted()
    // The toy's questions are its own, so no leaderboard of the Hub has a place for them.
    #expect(names == ["out/eaft_42/README.md", "out/sft_42/README.md"])
    for arm in record.summary.arms where arm.seed != nil {
      let bytes = try OpenFile.contents(
        of: toy.folder.path(of: "out/\(URIText.component(arm.label))/README.md"))
      let lines = String(decoding: bytes, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.first == "---" && lines.count { $0 == "---" } == 2)
      #expect(lines.contains("- name: \"tiny-\(arm.label)\""))
      let values = lines.compactMap { $0.firstMatch(of: /^ {6}value: (.*)$/)?.1 }
      #expect(values.compactMap { Double($0) } == arm.metrics.map(\.value))
      let weights = try #require(arm.digests["weights"])
      #expect(lines.contains { $0.contains("\(weights)") })
      #expect(lines.contains { $0.hasPrefix("**DIVERGED** against what is documented") })
      #expect(lines.contains("    replicate audit \(record.id)"))
    }
  }

  @Test("refuses an import, which has no weights that a card could be about")
  func imports() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let record = try fixtures.read().record
    #expect(
      runErrorCode {
        _ = try RecordExport(
          record.path, artifacts: "nowhere", format: .huggingFace,
          output: fixtures.folder.path(of: "card")
        ).run()
      } == .nothing)
  }

  private static let commit = "740312add88f781978c0658806c59bc2815b9866"

  /// The toy's manifest with GSM8K's own documents.
  private func manifest(_ repository: String) throws -> Manifest {
    let text = try String(contentsOfFile: "\(Checkout.manifests)/tiny.yaml", encoding: .utf8)
    let own = "    file: tiny/gsm8k.jsonl\n"
    let start = try #require(text.range(of: own))
    let end = try #require(text.range(of: "\n\n", range: start.upperBound..<text.endIndex))
    let hub = """
          dataset: \(repository)
          revision: \(Self.commit)
          files:
            main/test-00000-of-00001.parquet: {}
      """
    return try ManifestDecoder.decode(
      Array(text.replacingCharacters(in: start.lowerBound..<end.lowerBound, with: hub).utf8),
      name: "t")
  }

  private func arm(count: Int) -> RunSummary.Arm {
    RunSummary.Arm(
      name: "sft", seed: 42,
      metrics: ["strict-match", "flexible-extract"].enumerated().map { index, filter in
        RunSummary.Metric(
          task: "gsm8k", name: "exact_match,\(filter)", value: Double(380 + index) / 1319,
          standardError: 0.01, count: count)
      })
  }

  /// `Tests/ExportCheck/check_formats.py` reads the same file with the Hub's own parser.
  @Test("lists a whole benchmark that is registered there as the Hub's parser reads it")
  func registered() throws {
    let files = HubResults.files(
      arm(count: 1319), of: try manifest("openai/gsm8k"), date: "2026-01-31T23:59:00.000Z",
      record: SHA256.digest(of: "record"))
    #expect(files.map(\.name) == ["gsm8k.yaml"])
    let fixture = "Tests/ReplicationTests/Fixtures/eval_results/gsm8k.yaml"
    let expected = try String(
      contentsOf: Checkout.folder.appending(path: fixture), encoding: .utf8)
    #expect(files.first?.text == expected)
  }

  @Test("lists no part of a benchmark, and no documents from elsewhere")
  func others() throws {
    func files(_ count: Int, _ repository: String) throws -> [String] {
      HubResults.files(
        arm(count: count), of: try manifest(repository), date: "", record: SHA256.digest(of: "")
      ).map(\.name)
    }
    #expect(try files(1318, "openai/gsm8k") == [])
    #expect(try files(1319, "somebody/gsm8k") == [])
  }
}
