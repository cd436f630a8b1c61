import Files
import TestSupport
import Testing

@testable import Evaluation
@testable import Scoring

/// Files of language data that are not in their format.
struct LanguageDataTests {
  private static let messages = """
    NGram.LATIN1_EXCLUDE=\\u00A0
    TO_NORMALIZE_VI_CHARS=A
    DMARK_CLASS=\\u0301
    NORMALIZED_VI_CHARS_0301=\\u00C1
    """

  @Test(
    "Punkt's files are refused with the file, the line and the cause",
    arguments: [
      (0, "", "abbrev_types.txt has no line"), (0, "a\n\nb", "Line 2 of Punkt's abbrev_types.txt"),
      (0, "a\tb", "Line 1 of Punkt's abbrev_types.txt"),
      (1, "a\tb\na", "Line 2 of Punkt's collocations.tab"),
      (1, "a\tb\tc", "expected 2 fields"), (2, "\n", "Line 1 of Punkt's sent_starters.txt"),
      (3, "a\tb", "Line 1 of Punkt's ortho_context.tab"), (3, "a\t1\nb\t256", "Line 2"),
      (3, "a\t-1", "no number from 0 to 255"), (3, "\t1", "none of them empty"),
    ])
  func punkt(_ file: Int, content: String, cause: String) throws {
    var files = ["a", "a\tb", "a", "a\t1"]
    _ = try punktData(files)
    files[file] = content
    let error = try #require(throws: EvaluationError.self) { try punktData(files) }
    #expect(error.code == .invalidLanguageData)
    #expect(error.message.contains(cause), "\(error)")
  }

  @Test("Punkt's files may end with or without a line break, and have those of Windows")
  func lineBreaks() throws {
    let data = try punktData(["a\r\nb\r\n", "a\tb", "a\n", "a\t6\r\n"])
    #expect(data.abbreviationTypes == [Array("a".utf8), Array("b".utf8)])
    #expect(data.orthographicContexts == [Array("a".utf8): [.startUppercase, .middleUppercase]])
  }

  @Test("Text that is no UTF-8 is refused")
  func encoding() {
    #expect(throws: EvaluationError.self) {
      try PunktData(
        abbreviationTypes: [0xFF], collocations: Array("a\tb".utf8),
        sentenceStarters: Array("a".utf8), orthographicContext: Array("a\t1".utf8))
    }
    #expect(throws: EvaluationError.self) {
      try LanguageProfile(json: Array(#"{"freq":{""#.utf8) + [0xC3], file: "en")
    }
  }

  @Test(
    "A profile is refused with its name, the offset and the cause",
    arguments: [
      ("", "(byte 0): expected an object"), ("[]", "(byte 0)"), ("{", "expected a string"),
      (#"{"name":"en"}"#, "incomplete"), (#"{"name":"en","name":"en"}"#, "is there twice"),
      (#"{"lang":"en"}"#, "a profile has no \"lang\""),
      (#"{"freq":{"a":-1}}"#, "expected a whole number"),
      (#"{"freq":{"a":1.5}}"#, "(byte 13): expected a whole number"),
      (#"{"freq":{"a":1234567890123456}}"#, "at most 15 digits"),
      (#"{"freq":{"a""#, "expected ':'"),
      (#"{"freq":{"\ud800":1}}"#, "a lone surrogate"),
      (#"{"freq":{"\x":1}}"#, "a backslash must be followed"),
      (#"{"freq":{"a"#, "the closing"), (#"{"freq":{"\"#, "the rest of an escape"),
      (#"{"freq":{"\u00"#, "four hexadecimal digits"),
      (#"{"freq":{"a":1},"n_words":[1,1],"name":"en"}"#, "incomplete"),
      (#"{"freq":{"a":1},"n_words":[0,1,1],"name":"en"}"#, "incomplete"),
      (#"{"freq":{},"n_words":[1,1,1],"name":"en"}"#, "incomplete"),
      (#"{"freq":{"a":1},"n_words":[1,1,1],"name":"en"} x"#, "the end of the text"),
    ])
  func profile(_ json: String, cause: String) throws {
    let error = try #require(throws: EvaluationError.self) {
      try LanguageProfile(json: Array(json.utf8), file: "en")
    }
    #expect(error.code == .invalidLanguageData)
    #expect(error.message.contains("langdetect's profile en"), "\(error)")
    #expect(error.message.contains(cause), "\(error)")
  }

  @Test("A profile's strings may be escaped, and composed letters differ from decomposed ones")
  func escapes() throws {
    let json =
      #" { "name" : "\u0065n" , "freq" : { "\u00e9\"\/" : 3 , "e\u0301" : 2 , "é" : 1, "abcd": 9 } , "n_words" : [ 1 , 2 , 3 ] } "#
    let profile = try LanguageProfile(json: Array(json.utf8), file: "en")
    #expect(profile.name == "en")
    #expect(profile.totals == [1, 2, 3])
    let texts = ["\u{E9}\"/", "e\u{301}", "\u{E9}"]
    let ngrams = texts.map { NGram(Array($0.unicodeScalars)) }
    #expect(profile.frequencies.map(\.ngram) == ngrams)
    #expect(profile.frequencies.map(\.count) == [3, 2, 1])
  }

  @Test("One profile alone, and two of one language, are refused")
  func languages() throws {
    let profile = (name: "x", json: Array(#"{"freq":{"a":1},"n_words":[1,1,1],"name":"en"}"#.utf8))
    for profiles in [[], [profile], [profile, profile]] {
      let error = try #require(throws: EvaluationError.self) {
        try LanguageDetector(profiles: profiles, messages: Array(Self.messages.utf8))
      }
      #expect(error.message.contains("two or more languages"))
    }
  }

  @Test(
    "Messages are refused with the line or the key",
    arguments: [
      (
        "NGram.LATIN1_EXCLUDE=\\u00A0", "NGram.LATIN1_EXCLUDE=", "no value for NGram.LATIN1_EXCLUDE"
      ),
      ("TO_NORMALIZE_VI_CHARS", "TO", "no value for TO_NORMALIZE_VI_CHARS"),
      ("u00C1", "u00C1B", "NORMALIZED_VI_CHARS_0301 has 2 letters instead of 1"),
      ("_0301", "_0300", "no value for NORMALIZED_VI_CHARS_0301"), ("=A", "A", "line 2 is not"),
      ("u0301", "u030", "line 3 is not"), ("u0301", "n", "line 3 is not"),
      ("A0", "\u{E9}", "line 1 is not"),
      ("u0301", "uD800", "line 3 is not"),
    ])
  func messages(_ old: String, new: String, cause: String) throws {
    _ = try NormalizationTables(messages: Array(Self.messages.utf8))
    let messages = PythonText.replacing(old, in: Self.messages, with: new)
    let error = try #require(throws: EvaluationError.self) {
      try NormalizationTables(messages: Array(messages.utf8))
    }
    #expect(error.code == .invalidLanguageData)
    #expect(error.message.contains(cause), "\(error)")
  }

  @Test("Mutated files are read or refused with a sentence")
  func mutations() throws {
    let punkt = try LanguageFixtures.punktToy(.release39)
    let languages = try LanguageFixtures.languagesToy()
    let files = [punkt.abbreviations, punkt.collocations, punkt.starters, punkt.contexts].map {
      Array($0.utf8)
    }
    let profiles = languages.profiles.map { (name: $0.name, json: Array($0.json.utf8)) }
    fuzz(150) { round, generator in
      do {
        var mutatedFiles = files
        mutatedFiles[round % 4] = mutated(files[round % 4], &generator, characters: "\t\n0")
        _ = try PunktData(
          abbreviationTypes: mutatedFiles[0], collocations: mutatedFiles[1],
          sentenceStarters: mutatedFiles[2], orthographicContext: mutatedFiles[3])
        var mutatedProfiles = profiles
        let changed = round % profiles.count
        mutatedProfiles[changed].json = mutated(profiles[changed].json, &generator, header: 200)
        let messages = mutated(
          Array(languages.messages.utf8), &generator, characters: "\\u=\n")
        let detector = try LanguageDetector(profiles: mutatedProfiles, messages: messages)
        _ = detector.language(of: "The children play. 子ども")
      } catch let error as EvaluationError {
        #expect(error.code == .invalidLanguageData)
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  private func punktData(_ files: [String]) throws -> PunktData {
    try PunktData(
      abbreviationTypes: Array(files[0].utf8), collocations: Array(files[1].utf8),
      sentenceStarters: Array(files[2].utf8), orthographicContext: Array(files[3].utf8))
  }
}
