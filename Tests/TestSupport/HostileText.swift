/// Text that strangers write to deceive whoever reads it on a terminal or in a workflow.
package enum HostileText {
  /// What strangers may put wherever they can put text.
  package static let corpus = [
    "\u{1B}[2J\u{1B}[H\u{1B}[32mREPRODUCED\u{1B}[0m", "\u{1B}]0;title\u{07}",
    "\u{1B}]8;;http://a\u{1B}\\b",
    "\u{9B}31m", "\u{90}q", "\u{85}✓ line", "a\nREPRODUCED post: All 3 required verdicts agree.",
    "a\r✓ the record holds", "\r\n::error::x", "::error title=a::b", "  ::stop-commands::x",
    "\u{A0}::set-output name=a::b", "##[error]x", "a ##[set-env name=b]c", "b\u{08}\u{08}c\u{7F}",
    "\u{202E}txt.exe", "\u{2066}a\u{2069}\u{202C}", "\u{200E}\u{200F}\u{61C}",
    "a\u{2028}b\u{2029}c",
    "zero\u{200B}width\u{2060}\u{FEFF}", "a\u{200D}b\u{200C}c", "soft\u{AD}hyphen\u{34F}\u{3164}",
    "\u{E0001}\u{E0041}\u{E007F}", "\u{FFF9}a\u{FFFB}", "\u{E000}\u{FFFE}",
    "tab\tand\u{0}nul\u{0B}",
  ]

  /// All of them in one text.
  package static let all = corpus.joined(separator: "|")

  /// What is wrong with bytes that a terminal or a workflow got, in sentences; empty if nothing is.
  ///
  /// Written without the code that it judges: what must not be there, as the standards number it.
  package static func faults(in output: some Sequence<UInt8>) -> [String] {
    guard var text = String(validating: Array(output), as: UTF8.self) else { return ["no UTF-8"] }
    for ours in ["\u{1B}[31m", "\u{1B}[32m", "\u{1B}[33m", "\u{1B}[0m", "\r\u{1B}[K"] {
      text = text.replacing(ours, with: "")
    }
    var faults: [String] = []
    for scalar in text.unicodeScalars where scalar != "\n" && isHidden(scalar.value) {
      faults.append("U+\(String(scalar.value, radix: 16))")
    }
    for line in text.split(separator: "\n") {
      let start = line.drop { $0.isWhitespace }
      if start.hasPrefix("::") || line.contains("##[") { faults.append("a command: \(line)") }
      if start.hasPrefix("REPRODUCED post") || start.hasPrefix("✓ the record") {
        faults.append("a forged line: \(line)")
      }
    }
    return faults
  }

  private static func isHidden(_ value: UInt32) -> Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x180E, 0x200B...0x200F,
      0x2028...0x202E, 0x2060...0x206F, 0x3164, 0xE000...0xF8FF, 0xFEFF, 0xFFF9...0xFFFB, 0xFFFE,
      0xFFFF, 0xE0000...0xE0FFF:
      true
    default: false
    }
  }
}
