/// How the spaces of a text become `▁`, where the whole text is one word.
struct SpaceMarking: Sendable, Equatable {
  /// Where one more mark stands before a text, or a part of it between added tokens.
  enum Prefix: Sendable, Equatable {
    /// Nowhere.
    case never
    /// Before every part (`Prepend`).
    case always
    /// Before every part that does not begin with a mark (`Metaspace` with the scheme always).
    case unlessMarked
    /// The same, but only where the text itself begins (`Metaspace` with the scheme first).
    case firstUnlessMarked
  }

  /// Where one more mark stands.
  var prefix = Prefix.never
  /// Whether added tokens are looked for before spaces are marked: `Metaspace` is no normalizer.
  var followsAddedTokens = false

  /// A part of a text, in UTF-8, with its marks, and for each of its bytes the index of the byte that it comes from.
  ///
  /// `isFirst` says whether the part begins where the text does.
  func marked(
    _ text: UnsafeBufferPointer<UInt8>, isFirst: Bool
  ) -> (text: [UInt8], sources: [Int32]) {
    var marked: [UInt8] = []
    var sources: [Int32] = []
    marked.reserveCapacity(text.count + text.count / 2)
    sources.reserveCapacity(text.count + text.count / 2)
    if let first = text.first, hasPrefix(before: text, isFirst: isFirst) {
      marked += TokenDecoder.spaceMark
      // The mark stands for the character behind it.
      sources += [0, 0, Int32(UTF8Scalars.length(leadingByte: first)) - 1]
    }
    for (index, byte) in text.enumerated() {
      if byte == 0x20 {
        marked.append(contentsOf: TokenDecoder.spaceMark)
        for _ in TokenDecoder.spaceMark { sources.append(Int32(index)) }
      } else {
        marked.append(byte)
        sources.append(Int32(index))
      }
    }
    return (marked, sources)
  }

  private func hasPrefix(before text: UnsafeBufferPointer<UInt8>, isFirst: Bool) -> Bool {
    let isMarked = text.first == 0x20 || text.starts(with: TokenDecoder.spaceMark)
    return switch prefix {
    case .never: false
    case .always: true
    case .unlessMarked: !isMarked
    case .firstUnlessMarked: isFirst && !isMarked
    }
  }
}
