package import Tokenizers

/// What a saved model needs beside its weights so that others can tokenize for it.
package struct TokenizerFiles: Sendable {
  private enum Source: Sendable {
    /// Files of a Hugging Face folder, with their names.
    case files([(name: String, bytes: [UInt8])])
    /// The vocabulary of a GGUF file, and the chat template where it has one.
    case vocabulary(GGUFVocabulary, chatTemplate: String?)
  }

  /// The files of a Hugging Face folder that belong to its tokenizer.
  static let names = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "tokenizer.model", "chat_template.jinja", "chat_template.json",
  ]
  /// Largest tokenizer file that is read, in bytes.
  static let maximumSize = 1 << 28

  private let source: Source

  /// The tokenizer files of the folder at `path`, kept as they are.
  package init(folder path: String) throws {
    source = .files(
      try TokenizerFiles.names.compactMap { name in
        try FolderContent.bytesIfPresent(
          "\(path)/\(name)", maximumSize: TokenizerFiles.maximumSize
        ).map { (name, $0) }
      })
  }

  /// Files given by their contents, such as those of a tokenizer that was made for a test.
  package init(files: [(name: String, bytes: [UInt8])]) {
    source = .files(files)
  }

  /// Files to be made from the vocabulary of a GGUF file.
  package init(vocabulary: GGUFVocabulary, chatTemplate: String?) {
    source = .vocabulary(vocabulary, chatTemplate: chatTemplate)
  }

  /// The chat template in Jinja, if the model brings one.
  ///
  /// As in transformers, a file of its own comes before the entry in tokenizer_config.json, and of several named
  /// templates the one named "default" is taken. Throws ``ModelFileError`` when it cannot be read.
  package func chatTemplate() throws -> String? {
    switch source {
    case .vocabulary(_, let chatTemplate): return chatTemplate
    case .files(let files):
      if let file = files.first(where: { $0.name == "chat_template.jinja" }) {
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
          throw ModelFileError(.malformed, "chat_template.jinja is not UTF-8 text.")
        }
        return text
      }
      guard let file = files.first(where: { $0.name == "tokenizer_config.json" })
      else { return nil }
      let configuration: TokenizerConfigurationFile = try HuggingFaceConfiguration.decode(
        file.bytes, path: file.name)
      return configuration.chatTemplate
    }
  }

  /// Names and contents of the files, to be written side by side.
  package func contents() throws -> [(name: String, bytes: [UInt8])] {
    switch source {
    case .files(let files): return files
    case .vocabulary(let vocabulary, let chatTemplate):
      var files = [
        ("tokenizer.json", try TokenizerJSON.bytes(of: vocabulary)),
        ("tokenizer_config.json", TokenizerJSON.configurationBytes(of: vocabulary)),
      ]
      if let chatTemplate { files.append(("chat_template.jinja", Array(chatTemplate.utf8))) }
      return files
    }
  }
}

/// The part of tokenizer_config.json that says how conversations are written.
private struct TokenizerConfigurationFile: Decodable {
  /// One of several templates.
  private struct NamedTemplate: Decodable {
    let name: String
    let template: String
  }

  private enum CodingKeys: String, CodingKey {
    case chatTemplate = "chat_template"
  }

  /// The template, or the default one of several.
  let chatTemplate: String?

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let templates = try? container.decode([NamedTemplate].self, forKey: .chatTemplate) {
      chatTemplate = templates.first { $0.name == "default" }?.template
    } else {
      chatTemplate = try container.decodeIfPresent(String.self, forKey: .chatTemplate)
    }
  }
}
