import Foundation
import TestSupport
import Testing

@testable import Replication

@Suite("What a manifest could detect") struct PowerAnalysisTests {
  private static let manifests = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "manifests").resolvingSymlinksInPath().path

  /// Documented values of two arms on a row.
  private func documented(_ values: [String], task: String, metric: String) throws
    -> DocumentedResults
  {
    let text = """
      schema: 1
      name: test
      title: A test
      sources: {test: {title: This test, location: here}}
      arms: {eaft: EAFT, sft: SFT}
      unit: fraction
      cells:
        - {task: \(task), metric: \(metric), label: Row, n: 1000, values: {eaft: "\(values[0])", sft: "\(values[1])"}}
      """
    return try DocumentedResultsDecoder.decode(Array(text.utf8), name: "test.yaml")
  }

  @Test(
    "Small tasks can show large differences only, and the published one takes more documents than there are"
  )
  func rows() throws {
    let manifest = try ManifestFile.read("\(Self.manifests)/smollm2-135m-math.yaml").manifest
    let analysis = try PowerAnalysis(
      manifest,
      documented: try documented(["0.5780", "0.5779"], task: "hellaswag", metric: "acc_norm"),
      record: nil)
    #expect(analysis.minuend == "eaft" && analysis.subtrahend == "sft")
    let row = try #require(analysis.rows.first { $0.task == "hellaswag" })
    #expect(row.count == 80 && !row.isMeasured && row.discordance == 0.1)
    // Six documents of 80: the exact test of five against none gives 1/16.
    #expect(row.smallestSignificant == 6.0 / 80)
    // 2.80159 √(0.1 / 80)
    #expect(abs(row.smallestDetectable - 0.0990510) < 1e-6)
    #expect(try #require(row.documented).isApproximately(0.0001))
    // (2.80159 / 0.0001)² × 0.1
    #expect(abs(try #require(row.requiredCount) - 78_488_800) < 1000)
    let mmlu = try #require(analysis.rows.first { $0.task == "mmlu" })
    #expect(mmlu.count == 228 && mmlu.documented == nil && mmlu.requiredCount == nil)
    let text = PowerText.text(analysis)
    #expect(text.contains("too few for +0.0001"))
    #expect(text.contains("One seed:"))
  }

  @Test("Three documents can show nothing at all")
  func nothing() throws {
    let path = "\(Self.manifests)/smollm2-135m-math.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacingOccurrences(of: "limit: 24", with: "limit: 3")
    let manifest = try ManifestDecoder.decode(Array(text.utf8), name: "test.yaml")
    let analysis = try PowerAnalysis(manifest, documented: nil, record: nil)
    let row = try #require(analysis.rows.first { $0.task == "gsm8k" })
    #expect(row.smallestSignificant == nil)
    #expect(PowerText.text(analysis).contains("nothing can be shown"))
  }
}

extension Double {
  fileprivate func isApproximately(_ other: Double) -> Bool { abs(self - other) < 1e-9 }
}
