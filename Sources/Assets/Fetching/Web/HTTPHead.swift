/// Status and header fields of a server's answer (RFC 9110, RFC 9112).
struct HTTPHead: Sendable, Equatable {
  /// The status, such as 200.
  let status: Int
  private let fields: [(name: String, value: String)]

  /// Reads the lines of an answer up to its empty one; nil if they are not those of an answer.
  ///
  /// Field names count without case. What is no field is passed over, as is text that is not ASCII.
  init?(_ lines: [UInt8]) {
    let lines = lines.split(separator: UInt8(ascii: "\n")).map { line in
      String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
    guard let first = lines.first,
      let match = first.firstMatch(of: /^HTTP\/[0-9.]+ ([0-9]{3})( .*)?$/),
      let status = Int(match.1)
    else { return nil }
    self.status = status
    fields = lines.dropFirst().compactMap { line in
      guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")),
        line.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 })
      else { return nil }
      let blanks: Set<Character> = [" ", "\t"]
      let value = line[line.utf8.index(after: colon)...].drop { blanks.contains($0) }
      let end = value.lastIndex { !blanks.contains($0) }
      return (line[..<colon].lowercased(), end.map { String(value[...$0]) } ?? "")
    }
  }

  static func == (left: HTTPHead, right: HTTPHead) -> Bool {
    left.status == right.status && left.fields.elementsEqual(right.fields, by: ==)
  }

  /// The first value of a field, by its name in lower-case letters.
  subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Where the answer says that the next page is (`Link: <…>; rel="next"`, RFC 8288); nil if there is none.
  var nextPage: String? {
    for (name, value) in fields where name == "link" {
      for match in value.matches(of: /<([^<>]*)>([^<]*)/)
      where match.2.contains(/(^|;|\s)rel\s*=\s*("([^"]* )?next( [^"]*)?"|next\b)/) {
        return String(match.1)
      }
    }
    return nil
  }

  /// The place of the bytes that a part of a file has, and the file's size, if it is stated (`Content-Range`).
  var contentRange: (first: Int, last: Int, total: Int?)? {
    guard let match = self["content-range"]?.wholeMatch(of: /bytes ([0-9]+)-([0-9]+)\/([0-9]+|\*)/),
      let first = Int(match.1), let last = Int(match.2), first <= last
    else { return nil }
    return (first, last, Int(match.3))
  }

  /// The size of the body, if it is stated.
  var contentLength: Int? {
    self["content-length"].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 }
  }

  /// How it is compressed; nil if it is not.
  var encoding: String? {
    let encoding = self["content-encoding"]?.lowercased()
    return encoding == "identity" || encoding?.isEmpty == true ? nil : encoding
  }
}

/// Cuts what curl writes with `--include` into the head of the answer and its body.
struct HTTPAnswerReader {
  /// Bytes of all heads of an answer: a server may neither fill the memory with one nor send interim ones for ever.
  static let largestHead = 1 << 16

  /// The head, once it is complete; interim answers (1xx) are passed over.
  private(set) var head: HTTPHead?
  private var lines: [UInt8] = []
  private var interimBytes = 0

  /// Takes what came.
  ///
  /// - Returns: The part of it that belongs to the body.
  /// - Throws: ``WebFailure`` for what is no answer, or one whose head never ends.
  mutating func take(_ piece: UnsafeRawBufferPointer) throws(WebFailure) -> UnsafeRawBufferPointer {
    guard head == nil else { return piece }
    for (index, byte) in piece.enumerated() {
      lines.append(byte)
      guard interimBytes + lines.count <= Self.largestHead else {
        throw WebFailure("its header is larger than \(Self.largestHead) bytes", isFinal: true)
      }
      guard byte == UInt8(ascii: "\n"),
        lines.suffix(2).elementsEqual("\n\n".utf8)
          || lines.suffix(3).elementsEqual("\n\r\n".utf8)
      else { continue }
      guard let found = HTTPHead(lines) else {
        throw WebFailure("it does not answer in HTTP", isFinal: true)
      }
      interimBytes += lines.count
      lines = []
      guard found.status >= 200 else { continue }
      head = found
      return UnsafeRawBufferPointer(rebasing: piece[(index + 1)...])
    }
    return UnsafeRawBufferPointer(rebasing: piece[piece.count...])
  }
}
