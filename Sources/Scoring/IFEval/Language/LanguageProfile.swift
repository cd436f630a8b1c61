import Files

/// How often each n-gram occurred in the texts of one language: a profile of langdetect.
struct LanguageProfile {
  /// The language's code, such as `en` or `zh-cn`.
  private(set) var name = ""
  /// The n-grams of one to three code points, with their counts, in the order of the file.
  private(set) var frequencies: [(ngram: NGram, count: Int)] = []
  /// How many n-grams of one, two and three code points were counted.
  private(set) var totals: [Int] = []

  /// Parses `{"freq": {"<n-gram>": count, …}, "n_words": [count, count, count], "name": "<code>"}`, keys in any order.
  ///
  /// Throws an ``EvaluationError`` that names the file and the offset where it is anything else.
  init(json: [UInt8], file: String) throws {
    var seen: Set<String> = []
    do {
      try JSONScanner.read(json, source: file) { scanner in
        try scanner.readObject { scanner, key in
          guard seen.insert(key).inserted else {
            throw scanner.failure("\"\(key)\" is there twice")
          }
          try read(key, &scanner)
        }
      }
    } catch let error as FileError {
      throw EvaluationError(
        .invalidLanguageData,
        "langdetect's profile \(error.message) Put the file of langdetect 1.0.9 there.")
    }
    guard seen.count == 3, !name.isEmpty, totals.count == 3, !frequencies.isEmpty,
      !frequencies.contains(where: { totals[$0.ngram.length - 1] == 0 })
    else {
      throw EvaluationError(
        .invalidLanguageData,
        "langdetect's profile \(file) is incomplete: it needs \"name\", \"freq\" and three totals in \"n_words\", "
          + "above 0 where there are n-grams of that length.")
    }
  }

  private mutating func read(_ key: String, _ scanner: inout JSONScanner) throws {
    switch key {
    case "name": name = try scanner.readString()
    case "freq":
      try scanner.readObject { scanner, text in
        let count = try scanner.readCount()
        // More digits than a double holds would be rounded.
        guard count < 1_000_000_000_000_000 else {
          throw scanner.failure("a count has at most 15 digits")
        }
        // The detector never looks at longer ones.
        if let ngram = NGram(Array(text.unicodeScalars)) { frequencies.append((ngram, count)) }
      }
    case "n_words": try scanner.readArray { totals.append(try $0.readCount()) }
    default: throw scanner.failure("a profile has no \"\(key)\"")
    }
  }
}

/// One to three code points, packed so that equal n-grams have equal values.
struct NGram: Hashable {
  private let packed: UInt64

  /// Packs code points; nil unless there are one to three.
  init?(_ scalars: [Unicode.Scalar]) {
    guard (1...3).contains(scalars.count) else { return nil }
    // The leading one keeps n-grams of different lengths apart.
    packed = scalars.reduce(1) { $0 << 21 | UInt64($1.value) }
  }

  /// The n-gram of one code point.
  init(_ only: Unicode.Scalar) { packed = 1 << 21 | UInt64(only.value) }

  /// The n-gram with one more code point before it; it must have fewer than three.
  func preceded(by scalar: Unicode.Scalar) -> NGram {
    let bits = 21 * UInt64(length)
    let rest = packed & ((1 << bits) - 1)
    return NGram(packed: (1 << 21 | UInt64(scalar.value)) << bits | rest)
  }

  /// How many code points it has.
  var length: Int { (63 - packed.leadingZeroBitCount) / 21 }

  private init(packed: UInt64) { self.packed = packed }
}
