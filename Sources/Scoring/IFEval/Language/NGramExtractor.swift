/// Feeds on a text's code points, one by one, and gives the n-grams that each one completes.
///
/// Source: the class `NGram` of langdetect 1.0.9. Words are parted by one space. Of words in capitals only the first
/// letter counts, and what follows the capitals.
struct NGramExtractor {
  private let tables: NormalizationTables
  /// The last one to three code points.
  private var window: [Unicode.Scalar] = [" "]
  private var isCapitalWord = false

  /// An extractor at the start of a text.
  init(tables: NormalizationTables) { self.tables = tables }

  /// Calls `body` for each n-gram that ends in the next code point, shortest first.
  mutating func append(_ scalar: Unicode.Scalar, _ body: (NGram) -> Void) {
    let next = normalized(scalar)
    let last = window[window.count - 1]
    if last == " " {
      window = [" "]
      isCapitalWord = false
      if next == " " { return }
    } else if window.count == 3 {
      window.removeFirst()
    }
    window.append(next)
    if !next.properties.isUppercase {
      isCapitalWord = false
    } else if last.properties.isUppercase {
      isCapitalWord = true
    }
    guard !isCapitalWord else { return }

    var ngram = NGram(next)
    if next != " " { body(ngram) }
    for scalar in window.dropLast().reversed() {
      ngram = ngram.preceded(by: scalar)
      body(ngram)
    }
  }

  /// The code point that stands for one in the profiles.
  private func normalized(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0...0x7F:
      switch scalar {
      case "A"..."Z", "a"..."z": scalar
      default: " "
      }
    case 0x80...0xFF: tables.latin1Spaces.contains(scalar) ? " " : scalar
    // Romanian letters with a comma below have the older ones with a cedilla.
    case 0x219: "\u{15F}"
    case 0x21B: "\u{163}"
    // Farsi yeh has the Arabic one.
    case 0x6CC: "\u{64A}"
    // All Vietnamese letters have one.
    case 0x1EA0...0x1EFF: "\u{1EC3}"
    // General Punctuation.
    case 0x2000...0x206F: " "
    // Hiragana, Katakana and Bopomofo have a letter each.
    case 0x3040...0x309F: "\u{3042}"
    case 0x30A0...0x30FF: "\u{30A2}"
    case 0x3100...0x312F, 0x31A0...0x31BF: "\u{3105}"
    case 0x4E00...0x9FFF: tables.representatives[scalar] ?? scalar
    // Hangul syllables have one.
    case 0xAC00...0xD7AF: "\u{AC00}"
    default: scalar
    }
  }
}
