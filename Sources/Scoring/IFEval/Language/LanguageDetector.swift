import Files

/// Tells the language of a text as langdetect 1.0.9 does with `DetectorFactory.seed = 0`.
///
/// Naive Bayes over n-grams of one to three code points, drawn at random (Nakatani, Language Detection Library, 2010).
/// All operations on floating-point numbers are those of the reference, in their order. Languages are in the order of
/// their codes; the reference takes the order in which the folder lists its files, which only shows where numbers tie
/// or differ by rounding.
package struct LanguageDetector: Sendable {
  /// The codes of the languages, in ascending order.
  let languages: [String]
  private let tables: NormalizationTables
  private let rows: [NGram: Int]
  /// Where the entries of each n-gram begin, and where the last ones end.
  private let rowStarts: [Int]
  private let entries: [Entry]

  /// What share of the n-grams of its length an n-gram has in one language.
  private struct Entry {
    let language: Int
    var probability: Double
  }

  /// Reads the profiles of at least two languages, in any order, and `messages.properties`.
  ///
  /// `name` is a profile's file name, for messages. Throws an ``EvaluationError`` that names the file where one is not
  /// in its format, or where two profiles are of the same language.
  package init(profiles: [(name: String, json: [UInt8])], messages: [UInt8]) throws {
    tables = try NormalizationTables(messages: messages)
    let profiles = try profiles.map { try LanguageProfile(json: $0.json, file: $0.name) }.sorted {
      $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    languages = profiles.map(\.name)
    guard languages.count >= 2, Set(languages).count == languages.count else {
      let found = languages.joined(separator: ", ")
      throw EvaluationError(
        .invalidLanguageData,
        "langdetect's profiles must be of two or more languages, each in one file; found \(found).")
    }

    var rows: [NGram: Int] = [:]
    var found: [[Entry]] = []
    for (language, profile) in profiles.enumerated() {
      for (ngram, count) in profile.frequencies {
        let total = profile.totals[ngram.length - 1]
        let entry = Entry(language: language, probability: Double(count) / Double(total))
        if let row = rows[ngram] {
          // As in Python's objects, the last of equal keys is the one that counts.
          if found[row].last?.language == language { found[row].removeLast() }
          found[row].append(entry)
        } else {
          rows[ngram] = found.count
          found.append([entry])
        }
      }
    }
    self.rows = rows
    rowStarts = found.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    entries = Array(found.joined())
  }

  /// The code of the language, `unknown` where none is likely, or nil where no n-gram of the text is in any profile.
  ///
  /// For nil, langdetect raises "No features in text".
  func language(of text: String) -> String? {
    guard let probabilities = probabilities(of: text) else { return nil }
    var best: Int?
    for (language, probability) in probabilities.enumerated()
    where probability > 0.1 && best.map({ probability > probabilities[$0] }) ?? true {
      best = language
    }
    return best.map { languages[$0] } ?? "unknown"
  }

  /// The probability of each language, in the order of `languages`: the mean of seven random trials.
  func probabilities(of text: String) -> [Double]? {
    let ngrams = knownNGrams(in: DetectableText(text, tables: tables))
    guard !ngrams.isEmpty else { return nil }
    var random = PythonRandom(seed: 0)
    var mean = [Double](repeating: 0, count: languages.count)
    var factors = mean
    let trials = 7
    for _ in 0..<trials {
      var probabilities = [Double](
        repeating: 1 / Double(languages.count), count: languages.count)
      let weight = (0.5 + random.gauss() * 0.05) / 10_000
      var iteration = 0
      while true {
        let row = ngrams[random.below(ngrams.count)]
        multiply(&probabilities, byRow: row, weight: weight, factors: &factors)
        if iteration % 5 == 0,
          Self.normalize(&probabilities) > 0.99999 || iteration >= 1_000
        {
          break
        }
        iteration += 1
      }
      for language in mean.indices { mean[language] += probabilities[language] / Double(trials) }
    }
    return mean
  }

  /// The rows of the text's n-grams that some profile has, in the order of the text.
  private func knownNGrams(in text: DetectableText) -> [Int] {
    var extractor = NGramExtractor(tables: tables)
    var ngrams: [Int] = []
    for scalar in text.scalars {
      extractor.append(scalar) { ngram in
        if let row = rows[ngram] { ngrams.append(row) }
      }
    }
    return ngrams
  }

  /// Multiplies each language's probability by the weight plus that of the n-gram.
  private func multiply(
    _ probabilities: inout [Double], byRow row: Int, weight: Double, factors: inout [Double]
  ) {
    for language in factors.indices { factors[language] = weight }
    for entry in entries[rowStarts[row]..<rowStarts[row + 1]] {
      factors[entry.language] = weight + entry.probability
    }
    for language in probabilities.indices { probabilities[language] *= factors[language] }
  }

  /// Makes the probabilities sum to one, and gives the greatest.
  private static func normalize(_ probabilities: inout [Double]) -> Double {
    // From the left, one by one, as `sum` adds up to Python 3.11.
    let sum = probabilities.reduce(0, +)
    var greatest = 0.0
    for language in probabilities.indices {
      probabilities[language] /= sum
      greatest = max(greatest, probabilities[language])
    }
    return greatest
  }
}
