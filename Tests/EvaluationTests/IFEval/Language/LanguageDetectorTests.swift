import Testing

@testable import Evaluation
@testable import Scoring

struct LanguageDetectorTests {
  @Test("Random numbers have the bits of CPython's random() and gauss()")
  func random() throws {
    for expected in try LanguageFixtures.languagesToy().random {
      var random = PythonRandom(seed: expected.seed)
      let draws = [
        random.random(), random.gauss(), random.gauss(), random.random(), random.gauss(),
      ]
      #expect(draws.map(hexadecimalBits) == expected.bits)
    }
  }

  @Test("Languages, and all bits of their probabilities, are langdetect's for profiles made up")
  func toy() throws {
    let toy = try LanguageFixtures.languagesToy()
    let detector = try toy.detector()
    #expect(detector.languages == toy.profiles.map(\.name))
    for expected in toy.cases {
      #expect(detector.language(of: expected.text) == expected.language, "\(expected.text)")
      let bits = detector.probabilities(of: expected.text)?.map(hexadecimalBits)
      #expect(bits == expected.bits, "\(expected.text)")
    }
  }

  @Test(
    "Languages, and the bits of their probabilities, are langdetect's for its profiles",
    .enabled(if: IFEvalFiles.data != nil, "REPLICATE_IFEVAL_DATA names no folder."))
  func languages() throws {
    let detector = try LanguageFixtures.tools.get().languages
    #expect(detector.languages.count == 55)
    for expected in try LanguageFixtures.languages().cases {
      #expect(detector.language(of: expected.text) == expected.language, "\(expected.text)")
      let greatest = detector.probabilities(of: expected.text)?.max()
      #expect(greatest.map { [hexadecimalBits($0)] } == expected.bits, "\(expected.text)")
    }
  }

  @Test("The order of the profiles changes nothing")
  func order() throws {
    let toy = try LanguageFixtures.languagesToy()
    let reversed = try LanguageDetector(
      profiles: toy.profiles.reversed().map { ($0.name, Array($0.json.utf8)) },
      messages: Array(toy.messages.utf8))
    #expect(reversed.languages == toy.profiles.map(\.name))
    for expected in toy.cases {
      #expect(reversed.language(of: expected.text) == expected.language)
    }
  }

  @Test(
    "Web and mail addresses go, as far as the reference's expressions reach",
    arguments: [
      ("see http://a.b/c?d now", "see now"), ("https://a\u{E9}", " \u{E9}"),
      ("http:// x", "http:// x"),
      ("httpss://a", "httpss://a"), ("a.b@c.d e", " e"), ("a@b", "a@b"), ("a@.b", "a@.b"),
      ("a@bc.", " "), ("@ab", "@ab"), ("a@@bc", "a@@bc"), ("a@b@cd", "a@ "),
    ])
  func addresses(_ text: String, cleaned: String) throws {
    let tables = try NormalizationTables(
      messages: Array(LanguageFixtures.languagesToy().messages.utf8))
    let detectable = DetectableText(text, tables: tables)
    #expect(detectable.scalars == Array(cleaned.unicodeScalars))
  }

  @Test("N-grams of equal code points are equal, whatever they were made from")
  func ngrams() throws {
    let scalars = Array("a\u{10FFFF}\u{0}".unicodeScalars)
    for count in 1...3 {
      let ngram = try #require(NGram(Array(scalars.prefix(count))))
      #expect(ngram.length == count)
      let joined = scalars.prefix(count - 1).reversed().reduce(NGram(scalars[count - 1])) {
        $0.preceded(by: $1)
      }
      #expect(joined == ngram)
    }
    #expect(NGram([]) == nil)
    #expect(NGram(scalars + scalars) == nil)
    #expect(NGram(["\u{0}", "a"]) != NGram(["a"]))
  }
}
