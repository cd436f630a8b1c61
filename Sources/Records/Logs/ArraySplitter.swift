import Files

/// Cuts a stream of bytes that is one JSON array into the texts of its elements, keeping only an unfinished one.
///
/// The elements are not parsed: only brackets, braces and strings are told apart.
struct ArraySplitter {
  private enum State {
    case beforeArray
    case betweenElements
    case inElement
    case afterArray
  }

  /// The longest element that is read, in bytes, as of a line.
  private static let longest = 1 << 28

  /// What error messages call the file.
  let name: String
  private var state = State.beforeArray
  private var element: [UInt8] = []
  /// Brackets and braces of the element that are open.
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  private var offset = 0
  private var line = 1
  /// Where the element begins.
  private var start = (offset: 0, line: 0)

  /// Begins before the array in a file that error messages call `name`.
  init(name: String) { self.name = name }

  /// Hands every element that `piece` completes to `body`, with the line and the offset at which it begins.
  mutating func split(
    _ piece: UnsafeBufferPointer<UInt8>,
    _ body: (UnsafeBufferPointer<UInt8>, Int, Int) throws -> Void
  ) throws {
    for byte in piece {
      try take(byte, body)
      offset += 1
      if byte == UInt8(ascii: "\n") { line += 1 }
    }
  }

  /// Makes sure that the array has ended.
  func finish() throws {
    guard case .afterArray = state else {
      throw LogError(.damaged, "\(name) ends in line \(line) within its array of samples.")
    }
  }

  private mutating func take(
    _ byte: UInt8, _ body: (UnsafeBufferPointer<UInt8>, Int, Int) throws -> Void
  ) throws {
    let isBlank = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    switch state {
    case .beforeArray where byte == UInt8(ascii: "["): state = .betweenElements
    case .beforeArray, .afterArray:
      guard isBlank else {
        throw LogError(
          .damaged, "Line \(line) of \(name): there is text beside the array of samples.")
      }
    case .betweenElements where isBlank: break
    // An empty array, or the end after a comma, which the parser of an empty text refuses.
    case .betweenElements where byte == UInt8(ascii: "]") && start.line == 0: state = .afterArray
    case .betweenElements:
      start = (offset, line)
      state = .inElement
      try take(byte, body)
    case .inElement: try continueElement(byte, body)
    }
  }

  private mutating func continueElement(
    _ byte: UInt8, _ body: (UnsafeBufferPointer<UInt8>, Int, Int) throws -> Void
  ) throws {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
    } else {
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "]") where depth == 0, UInt8(ascii: ",") where depth == 0:
        try element.withUnsafeBufferPointer { try body($0, start.line, start.offset) }
        element.removeAll(keepingCapacity: true)
        state = byte == UInt8(ascii: ",") ? .betweenElements : .afterArray
        return
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
    }
    guard element.count < Self.longest else {
      throw LogError(
        .damaged, "Line \(start.line) of \(name): a sample is longer than \(Self.longest) bytes.")
    }
    element.append(byte)
  }
}
