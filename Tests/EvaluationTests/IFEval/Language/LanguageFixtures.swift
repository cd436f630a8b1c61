import Foundation
import Testing

@testable import Evaluation
@testable import Scoring

/// What nltk and langdetect gave; written by `Fixtures/make_language.py`.
enum LanguageFixtures {
  /// File that `make_language.py REFERENCE TEXTS…` wrote.
  static let reference = ProcessInfo.processInfo.environment["REPLICATE_LANGUAGE_REFERENCE"]

  /// The tools made from the references' own data, which take a second to read in a debug build.
  static let tools = Result { try IFEvalFiles.tools(from: #require(IFEvalFiles.data)) }

  /// One text with its sentences and words.
  struct Tokenized: Decodable {
    let text: String
    let sentences: [[Int]]
    let words: [String]?
  }

  /// One text with the tokens that Punkt makes of it as one line.
  struct Tokens: Decodable {
    let text: String
    let tokens: [String]
  }

  /// One text with its language: none, and no bits, where there are no features.
  struct Detected: Decodable {
    let text: String
    let language: String?
    /// Bits of the probabilities, in hexadecimal digits: of every language, or of the greatest one only.
    let bits: [String]?
  }

  /// Results with nltk's own data.
  struct Punkt: Decodable {
    let cases: [Tokenized]
  }

  /// Parameters made up for Punkt, and results with them.
  struct PunktToy: Decodable {
    let abbreviations: String
    let collocations: String
    let starters: String
    let contexts: String
    let sentences: [Tokenized]
    let tokens: [Tokens]

    /// The parameters, parsed.
    func data() throws -> PunktData {
      try PunktData(
        abbreviationTypes: Array(abbreviations.utf8), collocations: Array(collocations.utf8),
        sentenceStarters: Array(starters.utf8), orthographicContext: Array(contexts.utf8))
    }
  }

  /// Results with langdetect's own profiles.
  struct Languages: Decodable {
    let cases: [Detected]
  }

  /// Profiles of a few sentences, and results with them.
  struct LanguagesToy: Decodable {
    struct Profile: Decodable {
      let name: String
      let json: String
    }
    struct Draws: Decodable {
      let seed: UInt32
      let bits: [String]
    }
    let profiles: [Profile]
    let messages: String
    let cases: [Detected]
    let random: [Draws]

    /// The profiles, parsed.
    func detector() throws -> LanguageDetector {
      try LanguageDetector(
        profiles: profiles.map { ($0.name, Array($0.json.utf8)) }, messages: Array(messages.utf8))
    }
  }

  static func punkt(_ release: NLTKRelease) throws -> Punkt {
    try load("nltk-\(release.rawValue).json")
  }

  static func punktToy(_ release: NLTKRelease) throws -> PunktToy {
    try load("punkt-toy-\(release.rawValue).json")
  }

  static func languages() throws -> Languages { try load("langdetect.json") }

  static func languagesToy() throws -> LanguagesToy { try load("langdetect-toy.json") }

  /// Tools made of nothing but the toys.
  static func toyTools(_ release: NLTKRelease) throws -> LanguageTools {
    LanguageTools(
      punkt: try punktToy(release).data(), languages: try languagesToy().detector(),
      release: release)
  }

  private static func load<Fixture: Decodable>(_ name: String) throws -> Fixture {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let file = folder.appending(path: "Language/\(name)")
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
  }
}

extension SentenceSplitter {
  /// The sentences' places as pairs of numbers, as the fixtures have them.
  func spans(of text: String) -> [[Int]] {
    sentences(in: Array(text.unicodeScalars)).map { [$0.lowerBound, $0.upperBound] }
  }
}

/// A number's bits, as the fixtures have them.
func hexadecimalBits(_ value: Double) -> String {
  let digits = String(value.bitPattern, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
