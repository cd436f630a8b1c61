import Foundation
import TestSupport
import Testing

@testable import Manifests

/// The documented results that tests read and edit.
enum ExperimentFixtures {
  /// Text of a file of an experiment.
  static func text(_ experiment: String, _ file: String = "documented.yaml") throws -> String {
    try String(
      contentsOf: Checkout.experiments.appending(path: "\(experiment)/\(file)"), encoding: .utf8)
  }

  /// Reads a text as the file "d.yaml".
  static func decode(_ text: String) throws -> DocumentedResults {
    try DocumentedResultsDecoder.decode(Array(text.utf8), name: "d.yaml")
  }

  /// Every kind of band, claim and composition, in a few rows.
  static let valid = """
    schema: 1
    name: valid
    title: Everything that the schema has
    sources:
      post: {title: A post, location: "https://example.org/post"}
      record: {title: A record, location: 0123456789abcdef}
    arms:
      eaft: EAFT
      sft: SFT
      base: the untouched model
    results: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    unit: fraction
    band: {kind: rounding}
    cells:
      - task: whole
        metric: acc
        label: The whole
        n: 200
        source: post
        total_of: [left, right]
        values:
          eaft: {value: "0.500", standard_error: "0.035"}
          sft: "0.400"
      - task: left
        metric: acc
        label: The left half
        n: 100
        source: post
        values:
          eaft: {value: "0.60", band: {kind: exact-count}}
          sft: {value: "0.50", band: {kind: conditional-flip, discordance: 0.10, discordance_from: a guess, level: 0.95, lower: "0.44", upper: "0.56"}}
      - task: right
        metric: acc
        label: The right half
        n: 100
        source: record
        values:
          eaft: {value: "0.40", band: {kind: seed-prediction, runs: ["0.40", "0.42", "0.38"], level: 0.95}}
          sft: {value: "0.30", band: {kind: binomial, level: 0.95}}
          base: {value: "0.31", band: {kind: authored, lower: "0.2", upper: "0.4", reason: It is so}}
      - task: other
        metric: exact_match,strict-match
        label: The other
        unit: percent
        source: record
        required: false
        values:
          eaft: {value: "12.5", band: {kind: rcp, runs: ["12.0", "12.5", "12.6", "13.0"], level: 0.95}}
          sft: "12.5"
      - task: average
        metric: mean
        label: The average
        source: post
        mean_of: [whole, other]
        values: {eaft: "0.3125"}
    claims:
      - {id: c1, statement: EAFT is better., better: {arm: eaft, than: sft, rows: [{task: whole, metric: acc}]}, source: post}
      - {id: c2, statement: EAFT is not better., not_better: {arm: eaft, than: sft, rows: [{task: left, metric: acc}]}, source: post}
      - {id: c3, statement: They are equal., equivalent: {arm: eaft, to: sft, margin: 0.01, rows: [{task: left, metric: acc}]}, source: post}
      - {id: c4, statement: EAFT forgets less., retained: {arm: eaft, than: sft, base: base, rows: [{task: right, metric: acc}]}, source: post}
      - {id: c5, statement: Nothing is right., none_correct: {arms: [eaft, sft], n: 30, rows: [{task: aime24, metric: exact_match}]}, source: post}
      - {id: c6, statement: It is nice., untestable: It is a matter of taste., required: false, source: post}

    """

  /// The valid text with one part of it replaced by another.
  static func edited(_ old: String, _ new: String) throws -> String {
    let range = try #require(valid.range(of: old), "the fixture does not contain \(old)")
    return valid.replacingCharacters(in: range, with: new)
  }
}
