package import Files
package import Tokenizers

/// The chat templates in Jinja whose conversations this program renders itself, told by their exact text.
package enum KnownChatTemplate {
  /// The names that a person chooses from.
  package static let names = ChatTemplate.allCases.map(\.rawValue).joined(separator: " or ")

  /// The template that a text is; nil for an unknown one.
  package static func template(of text: String) -> ChatTemplate? {
    let trimmed = text.utf8.reversed().drop { $0 == UInt8(ascii: "\n") }.reversed()
    let digest = SHA256.digest(of: Array(trimmed)).hex
    return ChatTemplate.allCases.first { $0.digests.contains(digest) }
  }

  /// The template that a checkpoint brings, or the one that is asked for by name.
  ///
  /// - Parameters:
  ///   - text: what the checkpoint brings, in Jinja; interpreted where it is none of the known.
  ///   - name: what is asked for; nil leaves it to the checkpoint.
  ///   - specialTokens: what the checkpoint calls its special tokens, such as `bos_token`.
  ///   - model: what messages call the checkpoint.
  /// - Returns: The template.
  /// - Throws: ``EvaluationCommandError`` `options` when there is none or one that cannot be interpreted.
  package static func choose(
    _ text: String?, name: String?, specialTokens: JSON.Object = JSON.Object(), model: String
  ) throws -> ChatTemplate {
    if let name {
      guard let template = ChatTemplate(rawValue: name) else {
        throw EvaluationCommandError(
          .options, "There is no chat template named '\(name)'; --chat-template takes \(names).")
      }
      return template
    }
    guard let text else {
      throw EvaluationCommandError(
        .options,
        "\(model) brings no chat template; evaluate it without --apply-chat-template, or choose one with --chat-template \(names)."
      )
    }
    if let template = template(of: text) { return template }
    do {
      return try ChatTemplate(
        jinja: text, variables: specialTokens, endOfTurn: specialTokens["eos_token"]?.stringValue)
    } catch let error as TokenizerError {
      throw EvaluationCommandError(
        .options,
        "\(model): \(error.message) If its conversations are written like those of one of these, force it with --chat-template \(names)."
      )
    }
  }
}
