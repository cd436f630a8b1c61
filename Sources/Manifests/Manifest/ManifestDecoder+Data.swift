import Assets
import Files
import Recipes
import Tokenizers

extension ManifestDecoder {
  /// Reads `model:`.
  func decodeModel(_ reader: NodeReader) -> Manifest.Model? {
    guard let mapping = reader.mapping(path: "model") else { return nil }
    defer { mapping.finish() }
    let origin = mapping.exactlyOne(of: ["pretrained", "initialize"])
    let template = mapping.required("chat_template")?.choice(of: ChatTemplate.self)
    var source: Manifest.ModelSource?
    if origin?.key == "initialize" {
      let configuration = mapping.required("config").flatMap { assetName($0) }
      let tokenizer = mapping.required("tokenizer").flatMap { assetName($0) }
      let tokenizerConfiguration = mapping.optional("tokenizer_config").flatMap { assetName($0) }
      let random = origin?.value.mapping(path: "model.initialize")
      let seed = random?.required("seed").flatMap(decodeSeed)
      let deviation = random?.required("standard_deviation")?.number("above 0 and at most 1") {
        $0 > 0 && $0 <= 1
      }
      random?.finish()
      if let configuration, let tokenizer, let seed, let deviation {
        source = .initialized(
          Manifest.InitializedModel(
            configuration: configuration, tokenizer: tokenizer,
            tokenizerConfiguration: tokenizerConfiguration, seed: seed,
            standardDeviation: deviation))
      }
    } else {
      source = (origin?.value).flatMap { assetName($0, allowsFolder: true) }
        .map { .pretrained(asset: $0) }
      for key in ["config", "tokenizer", "tokenizer_config"] {
        mapping.forbid(key, "a pretrained model brings its own; only 'initialize' needs it")
      }
    }
    guard let source, let template else { return nil }
    return Manifest.Model(source: source, chatTemplate: template)
  }

  /// A seed: 32 bits, as PyTorch's generator takes them.
  func decodeSeed(_ reader: NodeReader) -> UInt64? {
    reader.integer(in: 0...Int(UInt32.max)).map(UInt64.init)
  }

  /// Reads `data:`.
  func decodeData(_ reader: NodeReader) -> Manifest.TrainingData? {
    guard let mapping = reader.mapping(path: "data") else { return nil }
    defer { mapping.finish() }
    return mapping.required("train").flatMap(decodeTrainingData)
  }

  private func decodeTrainingData(_ reader: NodeReader) -> Manifest.TrainingData? {
    guard let mapping = reader.mapping(path: "data.train") else { return nil }
    defer { mapping.finish() }
    let assets = mapping.required("assets").map { assetNames($0) }
    let format = mapping.required("format")?.choice(of: DataFormat.self)
    let fields = mapping.required("fields", "where a row holds its conversation")
      .flatMap(decodeConversationFields)
    let shuffle = mapping.required("shuffle")?.choice(of: Manifest.Shuffle.self)
    let length = mapping.required("sequence_length_tokens")?.integer(in: 2...1 << 20)
    let overlong = mapping.required("overlong")?.choice(of: OverlongConversations.self)
    let limit = mapping.optional("take")?.integer(in: 1...1_000_000_000)
    let trainsOnInputs = mapping.optional("train_on_inputs").map { $0.boolean() } ?? false
    let endOfTurn =
      mapping.optional("train_on_end_of_turn").map { $0.choice(of: LabelRule.EndOfTurn.self) }
      ?? .turn
    guard let assets, let format, let fields, let shuffle, let length, let overlong,
      let trainsOnInputs, let endOfTurn
    else { return nil }
    return Manifest.TrainingData(
      assets: assets, format: format, fields: fields, shuffle: shuffle,
      lengths: LengthRule(maximumLength: length, overlong: overlong), exampleLimit: limit,
      trainsOnInputs: trainsOnInputs, endOfTurn: endOfTurn)
  }

  private func decodeConversationFields(_ reader: NodeReader) -> Manifest.ConversationFields? {
    guard let mapping = reader.mapping(path: "data.train.fields") else { return nil }
    defer { mapping.finish() }
    guard let first = mapping.exactlyOne(of: ["messages", "user"]) else {
      _ = mapping.optional("assistant")
      return nil
    }
    if first.key == "messages" {
      mapping.forbid("assistant", "'messages' holds all turns")
      return fieldPath(first.value).map(Manifest.ConversationFields.messages)
    }
    let user = textRule(first.value, "data.train.fields.user")
    let assistant = mapping.required("assistant")
      .flatMap { textRule($0, "data.train.fields.assistant") }
    guard let user, let assistant else { return nil }
    return .turns(user: user, assistant: assistant)
  }

  /// The place of a text in a row, and what is made of it; `path` is the place of the rule in the manifest.
  func textRule(_ reader: NodeReader, _ path: String) -> TextRule? {
    guard reader.isMapping else { return fieldPath(reader).map(TextRule.init) }
    guard let mapping = reader.mapping(path: path) else { return nil }
    defer { mapping.finish() }
    let field = mapping.required("field").flatMap { fieldPath($0) }
    let prefix = mapping.optional("remove_prefix").map { $0.text() } ?? ""
    let suffix = mapping.optional("remove_suffix").map { $0.text() } ?? ""
    let wordLimit = mapping.optional("first_words").flatMap { $0.integer(in: 1...1_000_000) }
    let replaced = mapping.optional("replace_words").flatMap { replacement($0, path) }
    let added = mapping.optional("add_prefix").map { $0.text() } ?? ""
    guard let field, let prefix, let suffix, let added else { return nil }
    var rule = TextRule(field)
    (rule.prefix, rule.suffix, rule.addedPrefix) = (prefix, suffix, added)
    rule.wordLimit = wordLimit
    rule.replacement = replaced
    return rule
  }

  private func replacement(_ reader: NodeReader, _ path: String) -> TextRule.Replacement? {
    guard let mapping = reader.mapping(path: "\(path).replace_words") else { return nil }
    defer { mapping.finish() }
    let share = mapping.required("share", "the share of the words that are replaced")?
      .number("above 0 and at most 1") { $0 > 0 && $0 <= 1 }
    let seed = mapping.required("seed", "what the draws begin with")?.integer(in: 0...4_294_967_295)
    let words = mapping.optional("by").flatMap { distinctWords($0) } ?? []
    guard let share, let seed else { return nil }
    return TextRule.Replacement(share: share, seed: UInt32(seed), words: words)
  }

  /// Words, which are texts without white space, each once.
  private func distinctWords(_ reader: NodeReader) -> [String] {
    var words: [String] = []
    for entry in reader.list() ?? [] {
      guard let word = entry.text() else { continue }
      if word.isEmpty || word.unicodeScalars.contains(where: PythonText.isWhitespace) {
        entry.report(
          .invalidValue, "\(entry.name) has to be a word, but it is '\(NodeReader.shortened(word))'"
        )
      } else if words.contains(word) {
        entry.report(.contradiction, "'\(word)' is already in this list")
      } else {
        words.append(word)
      }
    }
    return words
  }

  /// The place of a value in a row.
  func fieldPath(_ reader: NodeReader) -> FieldPath? {
    guard let text = reader.line("field names joined by dots") else { return nil }
    guard let path = FieldPath(text) else {
      reader.report(
        .invalidValue,
        "\(reader.name) has to be field names joined by dots, but it is '\(NodeReader.shortened(text))'"
      )
      return nil
    }
    return path
  }
}
