import Files

/// Makes the errors of templates: each says the line, from 1, and what is wrong there.
enum JinjaFailure {
  /// The template is no Jinja.
  static func syntax(_ problem: String, line: Int) -> TokenizerError {
    TokenizerError(.malformed, "The chat template is no valid Jinja: line \(line): \(problem).")
  }

  /// The template asks for something that other interpreters of Jinja have and this one does not.
  static func unsupported(_ what: String, line: Int) -> TokenizerError {
    TokenizerError(
      .unsupported,
      "The chat template uses \(what) on line \(line), which this program does not interpret.")
  }

  /// Rendering fails, as it does in Python.
  static func rendering(_ problem: String, line: Int) -> TokenizerError {
    TokenizerError(
      .invalidChat, "The chat template cannot be rendered: line \(line): \(problem).")
  }

  /// The template itself refuses the conversation.
  static func raised(_ message: String) -> TokenizerError {
    TokenizerError(.invalidChat, "The chat template refuses the conversation: \(message)")
  }
}
