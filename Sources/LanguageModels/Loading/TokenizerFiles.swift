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
