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
    let markLength = TokenDecoder.spaceMark.count
    let prefixLength =
      !text.isEmpty && hasPrefix(before: text, isFirst: isFirst) ? markLength : 0
    let spaces = text.reduce(0) { $1 == 0x20 ? $0 + 1 : $0 }
    let count = prefixLength + text.count + spaces * (markLength - 1)
    var sources: [Int32] = []
    let marked = [UInt8](unsafeUninitializedCapacity: count) { marked, markedCount in
      sources = [Int32](unsafeUninitializedCapacity: count) { sources, sourceCount in
        func mark(from index: Int) {
          for byte in TokenDecoder.spaceMark {
            marked.initializeElement(at: markedCount, to: byte)
            sources.initializeElement(at: markedCount, to: Int32(index))
            markedCount += 1
          }
        }
        if prefixLength > 0 {
          mark(from: 0)
          // The mark stands for the character behind it.
          sources[markLength - 1] = Int32(UTF8Scalars.length(leadingByte: text[0])) - 1
        }
        for (index, byte) in text.enumerated() {
          if byte == 0x20 {
            mark(from: index)
          } else {
            marked.initializeElement(at: markedCount, to: byte)
            sources.initializeElement(at: markedCount, to: Int32(index))
            markedCount += 1
          }
        }
        sourceCount = markedCount
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
