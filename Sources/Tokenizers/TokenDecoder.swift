/// Puts the texts of tokens together again.
struct TokenDecoder: Sendable {
  /// How texts become bytes.
  enum Kind: Sendable {
    /// Stand-in characters are their bytes (`ByteLevel`).
    case byteLevel
    /// `▁` is a space, `<0xE2>` a byte (`Replace`, `ByteFallback`, `Fuse`).
    case spaceMarks
  }

  /// U+2581, which SentencePiece writes for a space.
  static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]

  /// How texts become bytes.
  let kind: Kind
  /// Whether a space at the beginning is left out: the mark that stands before every text (`Strip`).
  var stripsFirstSpace = false

  /// The text of a sequence of tokens; U+FFFD stands for bytes that are no UTF-8, as in the
  /// tokenizers library.
  func decode(_ ids: some Sequence<Int>, pieces: PieceTable) -> String {
    switch kind {
    case .byteLevel: return decodeByteLevel(ids, pieces: pieces)
    case .spaceMarks: return decodeSpaceMarks(ids, pieces: pieces)
    }
  }

  private func decodeByteLevel(_ ids: some Sequence<Int>, pieces: PieceTable) -> String {
    var bytes: [UInt8] = []
    for id in ids {
      if let decoded = ByteLevel.decode(pieces.text(of: id)) {
        bytes.append(contentsOf: decoded)
      } else {
        bytes.append(contentsOf: pieces.utf8(of: id))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func decodeSpaceMarks(_ ids: some Sequence<Int>, pieces: PieceTable) -> String {
    var bytes: [UInt8] = []
    var run: [UInt8] = []
    for id in ids {
      let text = pieces.utf8(of: id)
      if let byte = Self.byte(of: text) {
        run.append(byte)
        continue
      }
      Self.flush(&run, to: &bytes)
      var index = text.startIndex
      while index < text.endIndex {
        if text[index...].starts(with: Self.spaceMark) {
          bytes.append(0x20)
          index += Self.spaceMark.count
        } else {
          bytes.append(text[index])
          index += 1
        }
      }
    }
    Self.flush(&run, to: &bytes)
    if stripsFirstSpace, bytes.first == 0x20 { bytes.removeFirst() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A run of byte tokens is either UTF-8 as a whole, or one U+FFFD per byte.
  private static func flush(_ run: inout [UInt8], to bytes: inout [UInt8]) {
    guard !run.isEmpty else { return }
    if String(validating: run, as: UTF8.self) != nil {
      bytes.append(contentsOf: run)
    } else {
      for _ in run { bytes.append(contentsOf: [0xEF, 0xBF, 0xBD]) }
    }
    run.removeAll(keepingCapacity: true)
  }

  /// The byte that a token of the form `<0x0A>` stands for.
  static func byte(of text: ArraySlice<UInt8>) -> UInt8? {
    guard text.count == 6, text.starts(with: Array("<0x".utf8)), text.last == UInt8(ascii: ">")
    else { return nil }
    return UInt8(String(decoding: text.dropFirst(3).prefix(2), as: UTF8.self), radix: 16)
  }
}
