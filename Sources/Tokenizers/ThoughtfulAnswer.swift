/// An assistant's message that may say what was thought before the answer, as Qwen 3's template takes it apart.
struct ThoughtfulAnswer {
  /// An empty thought.
  static let none = "<think>\n\n</think>\n\n"
  private static let (begin, end) = (Array("<think>".utf8), Array("</think>".utf8))

  /// What was thought; empty where the message does not say it.
  let thought: String
  /// The answer.
  let content: String

  init(_ message: String) {
    // Bytes, because a mark behind a tag makes another character of its last sign, but another tag of it in no template.
    let bytes = Array(message.utf8)
    guard let first = bytes.firstRange(of: Self.end), let last = bytes.ranges(of: Self.end).last
    else {
      (thought, content) = ("", message)
      return
    }
    var before = bytes[..<first.lowerBound]
    while before.last == UInt8(ascii: "\n") { before.removeLast() }
    if let start = Array(before).ranges(of: Self.begin).last {
      before = before[start.upperBound...]
    }
    thought = Self.text(Self.withoutLineFeeds(before))
    content = Self.text(bytes[last.upperBound...].drop { $0 == UInt8(ascii: "\n") })
  }

  /// What stands before the part of a shown thought and answer that the message says.
  var lead: String { thought.isEmpty ? Self.none : "<think>\n" }

  /// The thought, if any, and the answer.
  var shownContent: String {
    let answer = Self.text(Array(content.utf8).drop { $0 == UInt8(ascii: "\n") })
    return thought.isEmpty ? answer : "\(thought)\n</think>\n\n\(answer)"
  }

  /// The place of the last message from the user that is no tool's response; the last of all where there is none.
  static func lastQuestion(in messages: [ChatMessage]) -> Int {
    let question = messages.lastIndex { message in
      let bytes = Array(message.content.utf8)
      let isResponse =
        bytes.starts(with: Array("<tool_response>".utf8))
        && bytes.reversed().starts(with: Array("</tool_response>".utf8).reversed())
      return message.role == "user" && !isResponse
    }
    return question ?? messages.count - 1
  }

  private static func withoutLineFeeds(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes.drop { $0 == UInt8(ascii: "\n") }
    while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return bytes
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}
