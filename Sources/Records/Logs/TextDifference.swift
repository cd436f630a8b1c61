import Files

/// Where two texts first differ.
///
/// Characters are code points, as Python counts them; two spellings of "é" differ.
package struct TextDifference: Sendable, Equatable {
  /// Index of the first differing character, from 0.
  package let offset: Int
  /// Number of characters of the two texts.
  package let lengths: (a: Int, b: Int)
  /// The first differing character as "U+0041" of either text; nil where the text has ended.
  package let characters: (a: String?, b: String?)
  /// A piece of either text around the place.
  package let excerpts: (a: String, b: String)

  /// How much of a text before and after the place an excerpt shows, in characters.
  private static let context = (before: 24, after: 48)

  /// The first difference of two texts; nil if they have the same code points.
  package init?(_ a: String, _ b: String) {
    guard !a.utf8.elementsEqual(b.utf8) else { return nil }
    let left = Array(a.unicodeScalars)
    let right = Array(b.unicodeScalars)
    let offset =
      zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      ?? min(left.count, right.count)
    self.offset = offset
    lengths = (left.count, right.count)
    characters = (TextDifference.name(left, offset), TextDifference.name(right, offset))
    excerpts = (TextDifference.excerpt(left, offset), TextDifference.excerpt(right, offset))
  }

  package static func == (left: TextDifference, right: TextDifference) -> Bool {
    left.offset == right.offset && left.lengths == right.lengths
      && left.characters == right.characters && left.excerpts == right.excerpts
  }

  private static func name(_ text: [Unicode.Scalar], _ offset: Int) -> String? {
    guard text.indices.contains(offset) else { return nil }
    let digits = String(text[offset].value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  private static func excerpt(_ text: [Unicode.Scalar], _ offset: Int) -> String {
    let start = max(0, min(offset, text.count) - context.before)
    let end = min(text.count, offset + context.after)
    var piece = String.UnicodeScalarView()
    piece.append(contentsOf: text[start..<end])
    return (start > 0 ? "…" : "") + String(piece) + (end < text.count ? "…" : "")
  }
}

extension TextDifference {
  /// The difference in words, with both excerpts.
  package var text: String {
    "character \(offset) (\(characters.a ?? "the end") against \(characters.b ?? "the end")): "
      + "\(English.quoted(excerpts.a)) against \(English.quoted(excerpts.b))"
  }

  /// The difference as JSON.
  var json: JSON {
    [
      "offset": JSON(offset),
      "a": side(lengths.a, characters.a, excerpts.a),
      "b": side(lengths.b, characters.b, excerpts.b),
    ]
  }

  private func side(_ length: Int, _ character: String?, _ excerpt: String) -> JSON {
    ["character": JSON(character), "excerpt": .string(excerpt), "length": JSON(length)]
  }
}
