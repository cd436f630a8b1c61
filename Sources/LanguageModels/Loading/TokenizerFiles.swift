package import Files
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

  /// The tokenizer that transformers makes of these files for the model whose `config.json` is at `path`.
  ///
  /// Throws ``ModelFileError`` or `TokenizerError`.
  func tokenizer(beside path: String) throws -> Tokenizer {
    switch source {
    case .vocabulary(let vocabulary, _): return try Tokenizer(gguf: vocabulary)
    case .files(let files):
      func bytes(_ name: String) -> [UInt8]? { files.first { $0.name == name }?.bytes }
      guard let tokenizer = bytes("tokenizer.json") else {
        throw ModelFileError(
          .missing, "There is no tokenizer.json beside \(path), and no other tokenizer is read.")
      }
      var beside = TokenizerSideFiles()
      beside.configuration = bytes("tokenizer_config.json")
      beside.specialTokensMap = bytes("special_tokens_map.json")
      beside.addedTokens = bytes("added_tokens.json")
      try HuggingFaceConfiguration.decode(
        try FolderContent.bytes(path, maximumSize: HuggingFaceConfiguration.maximumSize), path: path
      ) { fields in
        beside.modelType = try fields.optional("model_type", missing: nil)
        beside.tokenizerClass = try fields.optional("tokenizer_class", missing: nil)
      }
      return try Tokenizer(tokenizerJSON: tokenizer, beside: beside)
    }
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
      return try HuggingFaceConfiguration.decode(
        file.bytes, path: file.name, Self.declaredTemplate)
    }
  }

  /// The template of tokenizer_config.json, or the default one of several.
  private static func declaredTemplate(_ fields: JSONFields) throws -> String? {
    let template: DeclaredTemplate? = try fields.optional("chat_template", missing: nil)
    return template?.text
  }

  /// The special tokens that a chat template may ask for, such as `bos_token`, by the names that transformers gives them.
  ///
  /// Those of tokenizer_config.json, and of special_tokens_map.json where that has none. Throws ``ModelFileError`` when one
  /// of these is no JSON object.
  package func specialTokens() throws -> JSON.Object {
    var result = JSON.Object()
    let files =
      switch source {
      case .vocabulary(let vocabulary, _):
        [(name: "tokenizer_config.json", bytes: TokenizerJSON.configurationBytes(of: vocabulary))]
      case .files(let files): files
      }
    for name in ["tokenizer_config.json", "special_tokens_map.json"] {
      guard let file = files.first(where: { $0.name == name }) else { continue }
      let content: JSON
      do throws(FileError) {
        content = try JSONParser.parse(file.bytes, source: name, dialect: .python)
      } catch {
        throw ModelFileError(.malformed, error.message)
      }
      for kind in ["bos", "eos", "unk", "sep", "pad", "cls", "mask"] {
        let token = content["\(kind)_token"]
        guard result["\(kind)_token"] == nil,
          let text = token?.stringValue ?? token?["content"]?.stringValue
        else { continue }
        result["\(kind)_token"] = .string(text)
      }
    }
    return result
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

/// `chat_template` of tokenizer_config.json: a text, or a list of named ones.
private struct DeclaredTemplate: ConfigurationValue {
  /// The template; nil where none of several is the default one.
  let text: String?

  init(_ field: JSONField) throws {
    guard case .array = field.value else {
      text = try field.string()
      return
    }
    let templates = try field.elements().map { template in
      (name: try template["name"].string(), text: try template["template"].string())
    }
    // As for a key of a dictionary, the last one counts.
    text = templates.last { $0.name == "default" }?.text
  }
}
