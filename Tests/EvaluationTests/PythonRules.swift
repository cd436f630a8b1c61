import Foundation
import Testing

@testable import Evaluation
@testable import Scoring

/// What CPython gives for the rules that this module re-implements; written by `Fixtures/make_python_rules.py`.
struct PythonRules: Decodable {
  struct Text: Decodable {
    let text: String
    let strip: String
    let rstrip: String
    let lower: String
    let capitalize: String
  }
  struct Sampling: Decodable {
    let seed: UInt32
    let population: Int
    let count: Int
    let draws: [[Int]]
  }
  struct Words: Decodable {
    let seed: UInt32
    let bits: [UInt32]
    let later: [UInt32]
  }
  struct Cleaned: Decodable {
    let text: String
    let cleaned: String
  }
  struct Answer: Decodable {
    let text: String
    let strict: String
    let flexible: String
    let normalized: String
  }
  struct Pooled: Decodable {
    let scores: [[Double]]
    let results: [[Double]]
    let value: Double
    let error: Double
  }

  let whitespace: [UInt32]
  let texts: [Text]
  let samples: [Sampling]
  let words: [Words]
  let cleaned: [Cleaned]
  let answers: [Answer]
  let pooled: [Pooled]

  static func load() throws -> PythonRules {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return try JSONDecoder().decode(
      PythonRules.self, from: Data(contentsOf: folder.appending(path: "python_rules.json")))
  }
}

/// The code points of a text: equal only for texts that Python finds equal.
func codePoints(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }
