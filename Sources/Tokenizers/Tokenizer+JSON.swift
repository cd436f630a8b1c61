import Files

extension Tokenizer {
  /// Reads a tokenizer as the tokenizers library saves it.
  ///
  /// Which special tokens are put around a text is what the file's `post_processor` says, as in
  /// transformers 5; only where it has none does `add_bos_token` of the config count.
  ///
  /// - Parameters:
  ///   - tokenizerJSON: the bytes of `tokenizer.json`.
  ///   - tokenizerConfigJSON: the bytes of `tokenizer_config.json`, where there is one: names of
  ///     the special tokens.
  /// - Throws: `TokenizerError` for a broken file or a component that this program does not have.
  package init(tokenizerJSON: [UInt8], tokenizerConfigJSON: [UInt8]?) throws {
    let file = try TokenizerFile(tokenizerJSON)
    let config = try Self.config(tokenizerConfigJSON)
    var components = try TokenizerComponents(file.components)
    if ["LlamaTokenizer", "LlamaTokenizerFast"].contains(config["tokenizer_class"]?.stringValue) {
      components = components.asLlamaTokenizer(config)
    }
    var addedTokens = file.addedTokens
    var namedIDs: [String: Int32] = [:]
    for name in ["bos_token", "eos_token", "pad_token", "unk_token"] {
      guard let text = config[name]?.stringValue ?? config[name]?["content"]?.stringValue else {
        continue
      }
      namedIDs[name] = try Self.markSpecial(text, name: name, in: &addedTokens, pieces: file.pieces)
    }
    let beginOfSequenceID = namedIDs["bos_token"]
    var prefix: [Int32] = []
    var suffix: [Int32] = []
    if let template = components.template {
      prefix = try template.prefix.map { try Self.checked($0, count: file.pieces.count) }
      suffix = try template.suffix.map { try Self.checked($0, count: file.pieces.count) }
    } else if config["add_bos_token"]?.boolValue == true, let beginOfSequenceID {
      prefix = [beginOfSequenceID]
    }
    try self.init(
      Parts(
        model: try Self.model(file, isByteLevel: components.pretokenizer != nil),
        pretokenizer: components.pretokenizer, marking: components.marking,
        composes: components.composes,
        decoder: components.decoder,
        addedTokens: addedTokens, prefixIDs: prefix, suffixIDs: suffix,
        beginOfSequenceID: beginOfSequenceID, endOfSequenceID: namedIDs["eos_token"],
        paddingID: namedIDs["pad_token"]))
  }

  /// Makes a token that the config names a special one that is recognised in the text, as
  /// transformers does.
  private static func markSpecial(
    _ text: String, name: String, in addedTokens: inout [AddedToken], pieces: PieceTable
  ) throws -> Int32 {
    if let index = addedTokens.firstIndex(where: { $0.content.utf8.elementsEqual(text.utf8) }) {
      addedTokens[index].isSpecial = true
      return addedTokens[index].id
    }
    guard !text.isEmpty, let id = pieces.id(of: text) else {
      throw TokenizerError(
        .malformed,
        "tokenizer_config.json names “\(text)” as \(name), but tokenizer.json has no such token.")
    }
    addedTokens.append(
      AddedToken(content: text, id: id, isSpecial: true, isNormalized: false))
    return id
  }

  private static func config(_ bytes: [UInt8]?) throws -> JSON {
    guard let bytes else { return [:] }
    var value = JSON.null
    try withJSON(bytes, file: "tokenizer_config.json") { value = try $0.readValue() }
    guard case .object = value else {
      throw TokenizerError(.malformed, "tokenizer_config.json holds \(value.kind), not an object.")
    }
    return value
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

  private static func model(_ file: TokenizerFile, isByteLevel: Bool) throws -> BytePairModel {
    let values = file.model
    let type = values["type"]?.stringValue ?? "BPE"
    guard type == "BPE" else {
      throw unsupported("type", "“\(type)”", expected: "“BPE”")
    }
    for (key, value) in file.model.sorted(by: { $0.key < $1.key }) where value != .null {
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
      unknownID = file.pieces.id(of: text)
      if unknownID == nil {
        throw TokenizerError(
          .malformed, "The unk_token “\(text)” of tokenizer.json is not in its vocabulary.")
      }
    }
    return BytePairModel(
      pieces: file.pieces, merges: .ranked(file.merges), symbols: isByteLevel ? .bytes : .scalars,
      byteIDs: try byteIDs(of: file.pieces, isByteLevel: isByteLevel), unknownID: unknownID,
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
