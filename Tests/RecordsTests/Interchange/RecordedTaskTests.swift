import Files
import Foundation
import TestSupport
import Testing

@testable import Records

/// Tasks that this program does not know.
struct RecordedTaskTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Four documents with the scores 1, 0, 1 and 1: the mean is 0.75, its error √(3/16 / 3) = 0.25.
  private func write(
    results: String = #""acc,none": 0.75, "acc_stderr,none": 0.25"#, metrics: String = "[]",
    more: String = "", lines: [String]? = nil
  ) throws {
    let scores = ["1.0", "0.0", "true", "1"]
    let samples =
      lines
      ?? scores.enumerated().map { index, score in
        #"{"doc_id": \#(index), "doc": {"q": "\#(index)"}, "target": "0", "arguments": [["p", " a"]], "resps": [[["-1.0", "True"]]], "filtered_resps": [["-1.0", "True"]], "acc": \#(score), "parts": [1, 2]}"#
      }
    _ = try folder.write(
      Array(samples.joined(separator: "\n").utf8),
      to: "out/samples_lambada_2025-01-01T00-00-00.jsonl")
    _ = try folder.write(
      Array(
        """
        {"results": {"lambada": {"alias": "lambada", \(results)}}, \
        "configs": {"lambada": {"metric_list": \(metrics)}}, "config": {"model": "hf"}\(more)}
        """.utf8), to: "out/results_2025-01-01T00-00-00.json")
  }

  private func read() throws -> HarnessImport.Outcome {
    try HarnessImport(
      folder.path(of: "out"), languageData: nil, artifacts: folder.path(of: "art")
    ).run()
  }

  @Test("recorded scores are aggregated, kept in the record and not computed anew, which is said")
  func aggregated() throws {
    try write()
    let outcome = try read()
    #expect(outcome.exitCode == 0 && outcome.comparison.comparedAggregates == 2)
    #expect(
      outcome.record.summary.arms[0].metrics == [
        RunSummary.Metric(
          task: "lambada", name: "acc,none", value: 0.75, standardError: 0.25, count: 4)
      ])
    #expect(outcome.text.plain.contains("lambada  acc,none  0.7500 ± 0.2500  (n = 4, as recorded)"))
    #expect(outcome.comparison.notes.contains { $0.contains("not computed anew") })
    #expect(outcome.text.plain.contains("\nAll agree: 0 scores"))
  }

  @Test(
    "a value, an error or a count that the documents do not give is an aggregation that differs",
    arguments: [
      (#""acc,none": 0.7501, "acc_stderr,none": 0.25"#, "acc,none"),
      (#""acc,none": 0.75, "acc_stderr,none": 0.2500001"#, "acc_stderr,none"),
      (#""acc,none": 0.75, "sample_len": 5"#, "sample_len"),
    ])
  func planted(results: String, key: String) throws {
    try write(results: results)
    let comparison = try read().comparison
    #expect(comparison.exitCode == 1 && comparison.aggregateDifferences.map(\.name) == [key])
  }

  @Test("a score that is no number is none, and documents that carry none are counted")
  func withoutScore() throws {
    try write(results: #""acc,none": "0.9", "acc_stderr,none": "N/A""#)
    let text = try read().comparison
    #expect(text.exitCode == 1 && text.aggregateDifferences.map(\.recorded) == [nil])
    let line = #"{"doc_id": 0, "doc": {}, "target": "0", "arguments": [["p"]], "resps": []"#
    // Whoever takes wrong answers' scores away has a mean of the others.
    try write(
      results: #""acc,none": 1.0"#,
      lines: [
        line + #", "acc": 1}"#, line.replacing(": 0,", with: ": 1,", maxReplacements: 1) + "}",
      ])
    let partial = try read().comparison
    #expect(partial.notes.contains("Of lambada, only 1 of 2 documents carry acc,none."))
  }

  @Test("what is no mean is passed over with a note, whether the task says so or not")
  func otherAggregations() throws {
    try write(
      results: #""acc,none": 3.5, "acc_stderr,none": 0.25, "parts,none": 9"#,
      metrics: #"[{"metric": "acc", "aggregation": "perplexity"}]"#)
    let comparison = try read().comparison
    #expect(comparison.exitCode == 4 && comparison.aggregateDifferences.isEmpty)
    #expect(comparison.notes.contains { $0.contains("acc,none") && $0.contains("parts,none") })
  }

  /// Two texts: 10 bytes or 2 words of -10 nats, and 20 bytes or 4 words of -30.
  private func writeTexts(
    bits: String = "1.923593387851951", words: String = "785.7719942274175"
  ) throws {
    try write(
      results:
        #""bits_per_byte,none": \#(bits), "word_perplexity,none": \#(words), "sample_len": 2"#,
      metrics: #"[{"metric": "bits_per_byte"}, {"metric": "word_perplexity"}]"#,
      lines: [(0, -10, 10, 2), (1, -30, 20, 4)].map { index, likelihood, bytes, words in
        #"{"doc_id": \#(index), "doc": {}, "target": "t\#(index)", "arguments": [["t\#(index)"]], "resps": [["\#(likelihood).0"]], "filtered_resps": ["\#(likelihood).0"], "bits_per_byte": [\#(likelihood), \#(bytes)], "word_perplexity": [\#(likelihood), \#(words)]}"#
      })
  }

  @Test("texts count by their bytes, and a perplexity is computed anew from their likelihoods")
  func texts() throws {
    try writeTexts()
    let outcome = try read()
    #expect(outcome.exitCode == 0 && outcome.comparison.comparedAggregates == 3)
    let metric = try #require(outcome.record.summary.arms[0].metrics.first)
    #expect(metric.name == "bits_per_byte,none" && metric.count == 2)
    #expect(abs(metric.value - 40 / 30 / log(2)) < 1e-15)
    // Each text is 20/6 nats off what its bytes would have at the mean.
    let error = try #require(metric.standardError)
    #expect(abs(error - (2 * 2).squareRoot() * (20.0 / 6) / 30 / log(2)) < 1e-15)
    #expect(!outcome.comparison.notes.contains { $0.contains("not checked") })

    try writeTexts(bits: "1.92359338")
    #expect(try read().comparison.aggregateDifferences.map(\.name) == ["bits_per_byte,none"])
    try writeTexts(words: "785.8")
    #expect(try read().comparison.aggregateDifferences.map(\.name) == ["word_perplexity,none"])
  }

  @Test(
    "numbers that are no sum, text without a byte and what is now a score, now a likelihood are not checked, which is said",
    arguments: [
      ("bits_per_byte", "[-1e308, 1]", "[-1e308, 1]"), ("bits_per_byte", "[-5, 0]", "[-3, 2]"),
      ("bits_per_byte", "[-5, 1]", "7"), ("bits_per_byte", "7", "[-5, 1]"),
      ("acc", "1e308", "1e308"),
    ])
  func hostile(metric: String, first: String, second: String) throws {
    try write(
      results: #""\#(metric),none": 1.0"#,
      lines: [first, second].enumerated().map { index, value in
        #"{"doc_id": \#(index), "doc": {}, "target": "t", "arguments": [["t\#(index)"]], "resps": [["-1.0"]], "filtered_resps": ["-1.0"], "\#(metric)": \#(value)}"#
      })
    let outcome = try read()
    #expect(outcome.exitCode == 4 && outcome.record.summary.arms[0].metrics.isEmpty)
    #expect(
      outcome.comparison.notes.contains { $0.contains("\(metric),none was not checked") })
  }

  @Test("the perplexity of continuations is computed anew from their log-likelihoods")
  func perplexity() throws {
    func write(
      _ value: String, likelihoods: [String] = ["-1.5", "-0.5"],
      metrics: String = #"[{"metric": "perplexity", "aggregation": "perplexity"}]"#
    ) throws {
      try self.write(
        results: #""perplexity,none": \#(value)"#,
        metrics: metrics,
        lines: likelihoods.enumerated().map { index, likelihood in
          #"{"doc_id": \#(index), "doc": {}, "target": "a", "arguments": [["p\#(index)", " a"]], "resps": [[["\#(likelihood)", "True"]]], "filtered_resps": [["\#(likelihood)", "True"]], "perplexity": \#(likelihood)}"#
        })
    }
    try write("2.718281828459045")
    let outcome = try read()
    #expect(outcome.exitCode == 0 && outcome.comparison.comparedAggregates == 1)
    #expect(!outcome.comparison.notes.contains { $0.contains("not checked") })
    // Where nobody says how it is aggregated, it may be the mean of perplexities.
    try write("16.0", likelihoods: ["12", "20"], metrics: "[]")
    #expect(try read().record.summary.arms[0].metrics.map(\.value) == [16])
    // Of likelihoods that make it infinite, no number is the perplexity.
    try write("2.71828", likelihoods: ["-1e6", "-0.5"])
    #expect(try read().comparison.aggregateDifferences.map(\.computed) == [.infinity])
    try write("2.71828")
    #expect(try read().comparison.aggregateDifferences.map(\.name) == ["perplexity,none"])
  }

  @Test("documents that are missing are counted, and a wrong hash is told")
  func missing() throws {
    try write(more: #", "n-samples": {"lambada": {"original": 9, "effective": 6}}"#)
    #expect(
      try read().comparison.shortages[0].hasPrefix("lambada: 2 of 6 documents are missing"))
    try write(
      lines: [
        #"{"doc_id": 0, "doc": {}, "target": "0", "target_hash": "00", "arguments": [["p"]], "resps": [], "acc": 0.75}"#
      ])
    let comparison = try read().comparison
    #expect(comparison.exitCode == 3)
    #expect(comparison.hashDifferences.map(\.name) == ["target_hash"])
  }

  @Test("lines without a filter come in the order in which the results name the filters")
  func filters() throws {
    let line = #"{"doc_id": 0, "doc": {}, "target": "0", "arguments": [["p"]], "resps": [], "em": "#
    try write(
      results: #""em,strict": 0, "em,loose": 1"#,
      metrics: #"[{"metric": "em", "aggregation": "mean"}]"#,
      lines: [line + "0}", line + "1}"])
    let outcome = try read()
    #expect(outcome.exitCode == 0 && outcome.comparison.comparedAggregates == 2)
    try write(
      results: #""em,strict": 1, "em,loose": 0"#,
      metrics: #"[{"metric": "em", "aggregation": "mean"}]"#,
      lines: [line + "0}", line + "1}"])
    #expect(try read().comparison.aggregateDifferences.count == 2)
  }
}
