import Files
package import Tokenizers

/// Where a generated text ends.
package struct StopStrings {
  /// The task's stop strings and the text of the tokenizer's end-of-sequence token.
  package let strings: [String]
  private let patterns: [[UInt8]]
  private let window: Int
  private let tokenizer: Tokenizer

  /// Takes the stop strings of a task, for a tokenizer's tokens.
  package init(_ strings: [String], tokenizer: Tokenizer) {
    var strings = strings
    if let id = tokenizer.endOfSequenceID {
      let end = tokenizer.decode([id], skippingSpecialTokens: false)
      if !strings.contains(where: { PythonText.areEqual($0, end) }) { strings.append(end) }
    }
    self.strings = strings.filter { !$0.isEmpty }
    self.tokenizer = tokenizer
    patterns = self.strings.map { Array($0.utf8) }
    // A token of text has at least one byte, so that this many tokens hold any stop string that just ended.
    window = 2 + (patterns.map(\.count).max() ?? 0)
  }

  /// Whether the last tokens hold a stop string, so that more of them would be cut off anyway.
  ///
  /// Only saves time: ``text(of:)`` cuts whatever was generated.
  package func end(_ generated: [Int32]) -> Bool {
    let tail = Array(
      tokenizer.decode(Array(generated.suffix(window)), skippingSpecialTokens: true).utf8)
    return patterns.contains { PythonText.firstIndex(of: $0, in: tail, from: 0) != nil }
  }

  /// The text of generated tokens without special tokens, cut at each stop string in turn.
  package func text(of generated: [Int32]) -> String {
    let text = tokenizer.decode(generated, skippingSpecialTokens: true)
    return strings.reduce(text) { PythonText.prefix(of: $0, before: $1) }
  }
}
