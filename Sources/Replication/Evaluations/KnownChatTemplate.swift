import Files
import Tokenizers

/// The chat templates in Jinja whose conversations this program renders itself, told by their exact text.
enum KnownChatTemplate {
  /// SHA-256 of each text without the line feeds at its end, which Jinja drops.
  private static let digests: [String: ChatTemplate] = [
    // SmolLM2-Instruct.
    "872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788": .smollm2,
    // Gemma 3, the instruction-tuned models of every size.
    "8d9e3a3c114fb2053ec500184677af4f7e5f8ec2582443cd535834e68b3ade29": .gemma3,
    // The same with "\n" written as two characters.
    "86327804b5430b642274fe55ba95199e91cf7eca7b1e1240ca5469f23839e223": .gemma3,
    // Axolotl's gemma3, which also takes system messages of several parts.
    "85f071443875be5597f6feb2abbd7167601689202c82aa67ac54659ebbd278b3": .gemma3,
    "796f2cbea8e391803f5b96c89a3ce79b66912a790853f1128853a5864a8f3489": .gemma3,
  ]

  /// The template that a text is; nil for an unknown one.
  static func template(of text: String) -> ChatTemplate? {
    let trimmed = text.utf8.reversed().drop { $0 == UInt8(ascii: "\n") }.reversed()
    return digests[SHA256.digest(of: Array(trimmed)).hex]
  }

  /// The template that a checkpoint brings, or the one that is asked for by name.
  ///
  /// - Parameters:
  ///   - text: what the checkpoint brings, in Jinja.
  ///   - name: what is asked for; nil leaves it to the checkpoint.
  ///   - model: what messages call the checkpoint.
  /// - Returns: The template.
  /// - Throws: ``EvaluationCommandError`` `options` when there is none or an unknown one.
  static func choose(_ text: String?, name: String?, model: String) throws -> ChatTemplate {
    let names = ChatTemplate.allCases.map(\.rawValue).joined(separator: " or ")
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
    guard let template = template(of: text) else {
      throw EvaluationCommandError(
        .options,
        "The chat template of \(model) is none that this program renders exactly; if its conversations are written like those of one of these, force it with --chat-template \(names)."
      )
    }
    return template
  }
}
