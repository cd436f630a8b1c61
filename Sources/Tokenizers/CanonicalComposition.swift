/// Unicode's normal form NFC as the tokenizers library computes it: with the characters of Unicode 9.
///
/// Characters that came later stay as they are there, whatever newer tables say, so that ids stay the library's.
enum CanonicalComposition {
  /// A text in the form NFC, and where its bytes come from.
  struct Composed {
    /// The text.
    private(set) var bytes: [UInt8] = []
    /// For each byte the first byte of what it comes from, and the one behind its last.
    private var starts: [Int32] = []
    private var ends: [Int32] = []

    /// The bytes of the source that some bytes, at least one, come from.
    func source(of range: Range<Int>) -> Range<Int> {
      Int(starts[range.lowerBound])..<Int(ends[range.upperBound - 1])
    }

    fileprivate mutating func copy(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
      bytes.append(contentsOf: text[range])
      starts.append(contentsOf: range.map(Int32.init))
      ends.append(contentsOf: range.map { Int32($0 + 1) })
    }

    fileprivate mutating func append(
      _ scalars: ArraySlice<Unicode.Scalar>, from range: Range<Int>
    ) {
      let count = bytes.count
      for scalar in scalars { bytes.append(contentsOf: String(scalar).utf8) }
      starts.append(contentsOf: repeatElement(Int32(range.lowerBound), count: bytes.count - count))
      ends.append(contentsOf: repeatElement(Int32(range.upperBound), count: bytes.count - count))
    }
  }

  /// The text in the form NFC; nil where it has it already.
  static func composed(_ text: UnsafeBufferPointer<UInt8>) -> Composed? {
    var result: Composed?
    var copied = 0
    var starter = 0
    var index = 0
    while index < text.count {
      let (scalar, length) = UTF8Scalars.decode(text, at: index)
      guard mayChange(scalar) else {
        starter = index
        index += length
        continue
      }
      // From the last scalar that nothing before it changes to the next such one.
      var end = index
      var scalars = starter < index ? [UTF8Scalars.decode(text, at: starter).scalar] : []
      while end < text.count {
        let (scalar, length) = UTF8Scalars.decode(text, at: end)
        guard mayChange(scalar) else { break }
        scalars.append(scalar)
        end += length
      }
      let made = compose(decompose(scalars))
      if made != scalars {
        let same = zip(made, scalars).prefix { $0 == $1 }.count
        let start = scalars[..<same].reduce(starter) { $0 + UTF8.width($1) }
        result = result ?? Composed()
        result?.copy(text, copied..<start)
        result?.append(made[same...], from: start..<end)
        copied = end
      }
      starter = end
      index = end
    }
    result?.copy(text, copied..<text.count)
    return result
  }

  // MARK: - Properties of scalars

  private static let tables = Tables()

  /// Whether a scalar may change, or be changed by what stands before it.
  private static func mayChange(_ scalar: Unicode.Scalar) -> Bool {
    // Below the combining marks nothing does.
    guard scalar.value >= 0x300 else { return false }
    return tables.changing.contains(scalar) || combiningClass(scalar) > 0
  }

  /// The canonical combining class by Unicode 9: 0 for what came later.
  private static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
    let properties = scalar.properties
    let combiningClass = properties.canonicalCombiningClass.rawValue
    guard combiningClass > 0, let age = properties.age, age.major <= 9 else { return 0 }
    return combiningClass
  }

  // MARK: - The algorithm of the Unicode Standard, section 3.11

  private static func decompose(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [(scalar: Unicode.Scalar, order: UInt8)] = []
    func append(_ scalar: Unicode.Scalar) {
      guard let parts = tables.parts[scalar] ?? Hangul.parts(of: scalar) else {
        return result.append((scalar, combiningClass(scalar)))
      }
      parts.forEach(append)
    }
    scalars.forEach(append)
    // Marks between two starters are sorted by their classes; those of one class stay in order.
    for marks in result.indices.split(whereSeparator: { result[$0].order == 0 })
    where marks.count > 1 {
      let sorted = marks.sorted { (result[$0].order, $0) < (result[$1].order, $1) }
      result.replaceSubrange(marks, with: sorted.map { result[$0] })
    }
    return result.map(\.scalar)
  }

  private static func compose(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var starter: Int?
    // Class of the last scalar behind the starter that stayed; -1 directly behind it.
    var last = -1
    for scalar in scalars {
      let order = Int(combiningClass(scalar))
      if let starter, last < order,
        let whole = tables.wholes[Pair(result[starter], scalar)]
          ?? Hangul.whole(of: result[starter], scalar)
      {
        result[starter] = whole
        continue
      }
      result.append(scalar)
      if order == 0 { (starter, last) = (result.count - 1, -1) } else { last = order }
    }
    return result
  }

  fileprivate struct Pair: Hashable {
    let first, second: Unicode.Scalar

    init(_ first: Unicode.Scalar, _ second: Unicode.Scalar) {
      (self.first, self.second) = (first, second)
    }
  }
}

extension CanonicalComposition {
  /// What decomposes into what, and the other way round.
  private struct Tables {
    private(set) var parts: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    private(set) var wholes: [Pair: Unicode.Scalar] = [:]
    /// Scalars that are no part of the form, or that something before them may take up.
    private(set) var changing: Set<Unicode.Scalar> = []

    init() {
      var next: UInt32 = 0
      for word in CanonicalDecompositions.text.split(whereSeparator: \.isWhitespace) {
        if word.first == "@" {
          next = UInt32(word.dropFirst(), radix: 16) ?? 0
          continue
        }
        let parts = word.split(separator: "+").compactMap {
          UInt32($0, radix: 16).flatMap(Unicode.Scalar.init)
        }
        guard let whole = Unicode.Scalar(next), let last = parts.last else { continue }
        self.parts[whole] = parts
        if parts.count == 1 || whole.properties.isFullCompositionExclusion {
          changing.insert(whole)
        } else {
          wholes[Pair(parts[0], last)] = whole
          changing.insert(last)
        }
        next += 1
      }
      changing.formUnion(Hangul.seconds)
    }
  }

  /// Korean syllables, whose letters follow from their numbers.
  private enum Hangul {
    private static let (syllable, lead, vowel, tail): (UInt32, UInt32, UInt32, UInt32) = (
      0xAC00, 0x1100, 0x1161, 0x11A7
    )
    private static let (leads, vowels, tails): (UInt32, UInt32, UInt32) = (19, 21, 28)

    /// Letters that go on with a syllable.
    static let seconds: [Unicode.Scalar] =
      (vowel..<vowel + vowels).compactMap(Unicode.Scalar.init)
      + (tail + 1..<tail + tails).compactMap(Unicode.Scalar.init)

    /// The two parts of a syllable: its first letters and its last one.
    static func parts(of scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
      guard (syllable..<syllable + leads * vowels * tails).contains(scalar.value) else {
        return nil
      }
      let index = scalar.value - syllable
      let parts =
        index % tails > 0
        ? [scalar.value - index % tails, tail + index % tails]
        : [lead + index / tails / vowels, vowel + index / tails % vowels]
      return parts.compactMap(Unicode.Scalar.init)
    }

    /// The syllable of two parts.
    static func whole(of first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
      if (lead..<lead + leads).contains(first.value),
        (vowel..<vowel + vowels).contains(second.value)
      {
        let index = (first.value - lead) * vowels + second.value - vowel
        return Unicode.Scalar(syllable + index * tails)
      }
      guard (syllable..<syllable + leads * vowels * tails).contains(first.value),
        (first.value - syllable) % tails == 0,
        (tail + 1..<tail + tails).contains(second.value)
      else { return nil }
      return Unicode.Scalar(first.value + second.value - tail)
    }
  }
}
