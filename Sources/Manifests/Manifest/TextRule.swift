package import Assets
import Files
import Scoring

/// Where a row holds a text, and what is made of it, in the order of the properties.
///
/// Words are what white space separates; the white space between those that are kept stays as it is.
package struct TextRule: Sendable, Equatable {
  /// The place in the row.
  package let path: FieldPath
  /// What the text has to begin with, and is cut off.
  package var prefix = ""
  /// What the text has to end with, and is cut off.
  package var suffix = ""
  /// Only so many words are kept, the first ones; nil keeps all.
  package var wordLimit: Int?
  /// Replaces a share of the words by others; nil replaces none.
  package var replacement: Replacement?
  /// What is put before it.
  package var addedPrefix = ""

  /// Words that are replaced by others, so that whoever expects the text is contradicted by it.
  package struct Replacement: Sendable, Equatable {
    /// The share of the words that are replaced, above 0 and at most 1; at least one word is.
    package let share: Double
    /// What the draws begin with, beside the text itself.
    package let seed: UInt32
    /// What takes their place; empty for words of the same text.
    package var words: [String] = []
  }

  /// A text as it stands there.
  package init(_ path: FieldPath) { self.path = path }

  /// What is made of a text; `place` is what errors call its row.
  ///
  /// - Throws: ``AssetError`` `wrongField` for a text that does not begin and end as it has to.
  package func text(of text: String, at place: @autoclosure () -> String) throws(AssetError)
    -> String
  {
    let bytes = Array(text.utf8)
    let (prefix, suffix) = (Array(prefix.utf8), Array(suffix.utf8))
    guard bytes.count >= prefix.count + suffix.count, bytes.starts(with: prefix),
      bytes.suffix(suffix.count).elementsEqual(suffix)
    else {
      throw AssetError(
        code: .wrongField,
        message:
          "The field '\(path)' in \(place()) does not begin with \"\(self.prefix)\" and end with \"\(self.suffix)\", as the manifest says."
      )
    }
    var text = String(
      decoding: bytes.dropFirst(prefix.count).dropLast(suffix.count), as: UTF8.self)
    if let wordLimit { text = Self.firstWords(wordLimit, of: text) }
    if let replacement { text = replacement.text(of: text) }
    return addedPrefix + text
  }

  private static func firstWords(_ limit: Int, of text: String) -> String {
    let words = PythonText.words(of: text)
    guard words.count > limit else { return text }
    return String(text.unicodeScalars[..<words[limit - 1].upperBound])
  }
}

extension TextRule.Replacement {
  /// The text with round(share · n) of its n words replaced, at least one, each by another word where there is one.
  ///
  /// Places and words are drawn by `random.Random(s)` of Python, `sample(range(n), count)` and, for each place in rising
  /// order, `randrange(m)` among the m words, of those that are given or of the text, that differ from the one there; s is the first four bytes of the
  /// SHA-256 of the seed's digits, a line feed and the text, read as a big-endian number. So no text depends on others.
  func text(of text: String) -> String {
    let words = PythonText.words(of: text)
    guard !words.isEmpty else { return text }
    let scalars = text.unicodeScalars
    let digest = SHA256.digest(of: Array("\(seed)\n\(text)".utf8))
    var random = PythonRandom(seed: digest.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
    let count = max(1, Int((share * Double(words.count)).rounded()))
    let places = random.sample(min(count, words.count), from: words.count).sorted()
    let texts = words.map { String(scalars[$0]) }
    let pool = self.words.isEmpty ? texts : self.words
    var result = ""
    var end = scalars.startIndex
    for place in places {
      let others = pool.filter { !$0.utf8.elementsEqual(texts[place].utf8) }
      guard !others.isEmpty else { continue }
      result += String(scalars[end..<words[place].lowerBound]) + others[random.below(others.count)]
      end = words[place].upperBound
    }
    return result + String(scalars[end...])
  }
}
