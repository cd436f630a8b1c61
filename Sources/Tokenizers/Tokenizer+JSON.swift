import Files

extension Tokenizer {
  /// Reads a tokenizer of which there are only `tokenizer.json` and `tokenizer_config.json`.
  package init(tokenizerJSON: [UInt8], tokenizerConfigJSON: [UInt8]?) throws {
    var files = TokenizerSideFiles()
    files.configuration = tokenizerConfigJSON
    try self.init(tokenizerJSON: tokenizerJSON, beside: files)
  }

  /// Reads a tokenizer as `AutoTokenizer` of transformers 5.23 reads its folder.
  ///
  /// The files beside `tokenizer.json` add tokens and flags (``DeclaredTokens``), and name the class
  /// (``TokenizerClass``). Which tokens are put around a text is what its `post_processor` says
  /// alone: `add_bos_token` and `add_eos_token` count for nothing beside a `tokenizer.json`.
  ///
  /// - Parameters:
  ///   - tokenizerJSON: the bytes of `tokenizer.json`.
  ///   - files: what else the folder has.
  /// - Throws: `TokenizerError` for a broken file or a component that this program does not have.
  package init(tokenizerJSON: [UInt8], beside files: TokenizerSideFiles) throws {
    let file = try TokenizerFile(tokenizerJSON)
    let config =
      try files.configuration.map {
        JSON.object(try DeclaredTokens.sideFile($0, "tokenizer_config.json"))
      } ?? [:]
    try Self.refuseSettings(config)
    let declared = try DeclaredTokens(config, files, added: file.addedTokens)
    let tokenizerClass = try TokenizerClass.chosen(
      named: config["tokenizer_class"]?.stringValue ?? files.tokenizerClass,
      modelType: files.modelType, isByteLevel: file.mentionsByteLevel)
    var defaults = tokenizerClass.defaults
    if tokenizerClass.build == nil,
      let text = file.components["padding"]?["pad_token"]?.stringValue
    {
      defaults["pad_token"] = text
    }
    let build = tokenizerClass.build?(
      TokenizerClass.Settings(
        addsPrefixSpace: config["add_prefix_space"]?.boolValue ?? false,
        unknown: declared.text("unk_token", defaults: defaults)))
    var parts = file.components
    if let build { parts.merge(build.components) { $1 } }
    if !tokenizerClass.keepsPostProcessor { parts["post_processor"] = JSON.null }
    var components = try TokenizerComponents(parts)
    if ["LlamaTokenizer", "LlamaTokenizerFast"].contains(config["tokenizer_class"]?.stringValue) {
      components = components.asLlamaTokenizer(config)
    }

    var vocabulary = try AddedVocabulary(of: file, keepsAdded: build == nil)
    try declared.add(
      to: &vocabulary, defaults: defaults, resettingFlags: tokenizerClass.resetsSpecialTokens)
    let pieces = vocabulary.pieces
    func id(_ name: String) -> Int32? {
      guard let text = declared.text(name, defaults: defaults) else { return nil }
      return vocabulary.id(of: text)
        ?? declared.text("unk_token", defaults: defaults).flatMap { vocabulary.id(of: $0) }
    }
    func checked(_ ids: [Int]) throws -> [Int32] {
      try ids.map { try Self.checked($0, count: pieces.count) }
    }
    try self.init(
      Parts(
        model: try Self.model(
          build?.model ?? file.model, merges: file.merges, pieces: pieces,
          isByteLevel: components.pretokenizer != nil),
        pretokenizer: components.pretokenizer, marking: components.marking,
        composes: components.composes, decoder: components.decoder, addedTokens: vocabulary.tokens,
        prefixIDs: try checked(components.template?.prefix ?? []),
        suffixIDs: try checked(components.template?.suffix ?? []),
        beginOfSequenceID: id("bos_token"), endOfSequenceID: id("eos_token"),
        paddingID: id("pad_token")))
  }

  /// Refuses settings that change ids or texts in a way that the program does not have.
  private static func refuseSettings(_ config: JSON) throws {
    func refuse(_ key: String) -> TokenizerError {
      TokenizerError(
        .unsupported,
        "tokenizer_config.json sets “\(key)”, which this program does not do; remove it or use"
          + " another tokenizer.")
    }
    let cleanUp = "clean_up_tokenization_spaces"
    let force = cleanUp + "_for_bpe_even_though_it_will_corrupt_output"
    if config[cleanUp]?.boolValue == true, config[force]?.boolValue == true { throw refuse(force) }
    let split = "split_special_tokens"
    if config[split]?.boolValue == true { throw refuse(split) }
    let versions = "fast_tokenizer_files"
    if let names = config[versions]?.arrayValue, names.contains(where: { $0 != "tokenizer.json" }) {
      throw refuse(versions)
    }
  }

  private static func checked(_ id: Int, count: Int) throws -> Int32 {
    guard (0..<count).contains(id) else {
      throw TokenizerError(
        .malformed,
        "The post_processor of tokenizer.json uses the id \(id), but the vocabulary has \(count)"
          + " tokens.")
    }
    return Int32(id)
  }

  private static func model(
    _ values: [String: JSON], merges: MergeTable, pieces: PieceTable, isByteLevel: Bool
  ) throws -> BytePairModel {
    let type = values["type"]?.stringValue ?? "BPE"
    guard type == "BPE" else {
      throw unsupported("type", "“\(type)”", expected: "“BPE”")
    }
    for (key, value) in values.sorted(by: { $0.key < $1.key }) where value != .null {
      switch key {
      case "type", "vocab", "merges", "unk_token", "fuse_unk": break
      case "byte_fallback":
        guard value.boolValue == !isByteLevel else {
          throw unsupported(
            key, "\(value.boolValue ?? false)",
            expected: isByteLevel ? "false with a ByteLevel pretokenizer" : "true with spaces as ▁")
        }
      case "ignore_merges":
        guard isByteLevel || value.boolValue == false else {
          throw unsupported(key, "true", expected: "false with spaces as ▁")
        }
      case "continuing_subword_prefix", "end_of_word_suffix":
        guard value.stringValue == "" else { throw unsupported(key, "a text", expected: "null") }
      default: throw unsupported(key, value.kind, expected: "null")
      }
    }
    guard isByteLevel || values["byte_fallback"]?.boolValue == true else {
      throw unsupported("byte_fallback", "false", expected: "true with spaces as ▁")
    }
    var unknownID: Int32?
    if let text = values["unk_token"]?.stringValue {
      unknownID = pieces.id(of: text)
      if unknownID == nil {
        throw TokenizerError(
          .malformed, "The unk_token “\(text)” of tokenizer.json is not in its vocabulary.")
      }
    }
    return BytePairModel(
      pieces: pieces, merges: .ranked(merges), symbols: isByteLevel ? .bytes : .scalars,
      byteIDs: try byteIDs(of: pieces, isByteLevel: isByteLevel), unknownID: unknownID,
      fusesUnknown: values["fuse_unk"]?.boolValue ?? false,
      keepsWholePieces: values["ignore_merges"]?.boolValue ?? false)
  }

  /// The piece of each byte: its stand-in character, or `<0x00>` to `<0xFF>`, all of which must be
  /// there.
  static func byteIDs(of pieces: PieceTable, isByteLevel: Bool) throws -> [Int32] {
    guard !isByteLevel else {
      return ByteLevel.characters.map { pieces.id(of: String(Character($0))) ?? -1 }
    }
    return try (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      let text = "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
      guard let id = pieces.id(of: text) else {
        throw TokenizerError(
          .malformed,
          "The vocabulary of the tokenizer lacks “\(text)”, which byte fallback needs.")
      }
      return id
    }
  }

  private static func unsupported(_ key: String, _ found: String, expected: String)
    -> TokenizerError
  {
    TokenizerError(
      .unsupported,
      "The model of tokenizer.json sets “\(key)” to \(found), which this program does not do;"
        + " expected \(expected).")
  }
}
