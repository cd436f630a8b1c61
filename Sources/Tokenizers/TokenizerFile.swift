import Files

/// What a `tokenizer.json` holds: the vocabulary as tables, everything else as it was written.
struct TokenizerFile {
  /// Texts of all tokens, of the model and added ones.
  let pieces: PieceTable
  /// Number of tokens of the model alone.
  let modelCount: Int
  /// The merges of the model.
  let merges: MergeTable
  /// The other values of the model: `unk_token`, `byte_fallback` and so on.
  let model: [String: JSON]
  /// Tokens that are recognised in the text.
  let addedTokens: [AddedToken]
  /// The values of the remaining keys: `normalizer`, `pre_tokenizer`, `post_processor`, `decoder`,
  /// and `padding`, which only names a token.
  let components: [String: JSON]

  /// Reads the bytes of a `tokenizer.json`.
  ///
  /// - Throws: `TokenizerError` that names the byte where the JSON breaks, or the value that is
  ///   missing or wrong.
  init(_ bytes: [UInt8]) throws {
    var reader = Reader()
    try withJSON(bytes, file: "tokenizer.json") { scanner in
      try scanner.readObject { scanner, key in try reader.read(key, from: &scanner) }
    }
    guard reader.builder.count > 0 else {
      throw TokenizerError(.malformed, "tokenizer.json has no model with a vocabulary.")
    }
    modelCount = reader.builder.count
    let isNew = reader.addAddedTokens()
    pieces = try reader.builder.build()
    for (token, isNew) in zip(reader.addedTokens, isNew) where !isNew {
      guard pieces.id(of: token.content) == token.id else {
        throw TokenizerError(
          .malformed,
          "The added token “\(token.content)” has the id \(token.id) in tokenizer.json, but another in"
            + " its vocabulary.")
      }
    }
    guard let start = reader.mergesStart else {
      throw TokenizerError(.malformed, "The model of tokenizer.json has no merges.")
    }
    merges = try Self.readMerges(bytes, at: start, pieces: pieces)
    model = reader.model
    addedTokens = reader.addedTokens
    components = reader.components
  }

  /// Whether `"ByteLevel"` stands anywhere in the file, by which transformers tells byte-level
  /// tokenizers whose files name another class.
  var mentionsByteLevel: Bool {
    pieces.id(of: "ByteLevel") != nil
      || components.values.contains { PythonJSON.line($0).contains("\"ByteLevel\"") }
  }

  private static func readMerges(_ bytes: [UInt8], at start: Int, pieces: PieceTable) throws
    -> MergeTable
  {
    var pairs: [(left: Int32, right: Int32, id: Int32)] = []
    try inTokenizerErrors {
      try bytes.withUnsafeBufferPointer { buffer in
        var scanner = JSONScanner(buffer, source: "tokenizer.json")
        scanner.move(to: start)
        var text: [UInt8] = []
        // Merges that make the same token usually stand together.
        var previous: Int32 = 0
        try scanner.readArray { scanner in
          text.removeAll(keepingCapacity: true)
          let middle = try scanner.readMerge(into: &text)
          let pair = text.withUnsafeBufferPointer { both -> (Int32, Int32, Int32)? in
            guard let left = pieces.id(of: UnsafeBufferPointer(rebasing: both[..<middle])),
              let right = pieces.id(of: UnsafeBufferPointer(rebasing: both[middle...])),
              let id = pieces.isText(of: Int(previous), both) ? previous : pieces.id(of: both)
            else { return nil }
            return (left, right, id)
          }
          guard let pair else {
            let left = String(decoding: text[..<middle], as: UTF8.self)
            let right = String(decoding: text[middle...], as: UTF8.self)
            throw scanner.failure(
              "the merge of “\(left)” and “\(right)” needs a token that the vocabulary does not have"
            )
          }
          previous = pair.2
          pairs.append(pair)
        }
      }
    }
    var table = MergeTable(count: pairs.count)
    for (rank, pair) in pairs.enumerated() {
      table.insert(left: pair.left, right: pair.right, rank: rank, id: pair.id)
    }
    return table
  }
}

/// Checks that the bytes are UTF-8 and hands them to `body` as one JSON value.
///
/// - Throws: `TokenizerError` for what is no JSON, and what `body` throws.
func withJSON(
  _ bytes: [UInt8], file: String, _ body: (inout JSONScanner) throws -> Void
) throws {
  do {
    _ = try UTF8Span(validating: bytes.span)
  } catch {
    throw TokenizerError(
      .malformed, "\(file) is malformed at byte \(error.byteOffsets.lowerBound): it is not UTF-8.")
  }
  try inTokenizerErrors { try JSONScanner.read(bytes, source: file, body) }
}

/// Runs `body` and turns what reading JSON throws into a tokenizer error.
private func inTokenizerErrors(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let error as FileError {
    throw TokenizerError(.malformed, error.message)
  }
}

extension TokenizerFile {
  /// Collects the values of a `tokenizer.json`, whatever the order of its keys.
  private struct Reader {
    var builder = PieceTableBuilder()
    var addedTokens: [AddedToken] = []
    var model: [String: JSON] = [:]
    var components: [String: JSON] = [:]
    var mergesStart: Int?
    private var seen: Set<String> = []

    mutating func read(_ key: String, from scanner: inout JSONScanner) throws {
      guard seen.insert(key).inserted else {
        throw scanner.failure("the key “\(key)” appears twice")
      }
      switch key {
      case "version":
        guard try scanner.readValue() == .string("1.0") else {
          throw scanner.failure("the version is not “1.0”")
        }
      case "truncation":
        // How a batch is cut is the caller's business, as in transformers.
        _ = try scanner.readValue()
      case "added_tokens":
        try scanner.readArray { scanner in
          if let token = try AddedToken(reading: &scanner) { addedTokens.append(token) }
        }
      case "normalizer", "pre_tokenizer", "post_processor", "decoder", "padding":
        components[key] = try scanner.readValue()
      case "model": try readModel(from: &scanner)
      default:
        throw TokenizerError(
          .unsupported,
          "tokenizer.json has the key “\(key)”, which this program does not know; remove it or use"
            + " another tokenizer.")
      }
    }

    private mutating func readModel(from scanner: inout JSONScanner) throws {
      try scanner.readObject { scanner, key in
        guard model[key] == nil else { throw scanner.failure("the key “\(key)” appears twice") }
        model[key] = .null
        switch key {
        case "vocab":
          guard scanner.next() == UInt8(ascii: "{") else {
            throw TokenizerError(
              .unsupported,
              "The vocabulary of tokenizer.json is no object of texts and ids; only models of type"
                + " “BPE” are read.")
          }
          try scanner.readLargeObject { scanner, text in
            builder.append(text, id: try scanner.readCount(), isPiece: true)
          }
        case "merges":
          // The merges name tokens, and the vocabulary may come after them.
          _ = scanner.next()
          mergesStart = scanner.position
          try scanner.skipValue()
        default: model[key] = try scanner.readValue()
        }
      }
    }

    /// Adds those added tokens that the model's vocabulary does not have; says for each whether it
    /// is such a one.
    mutating func addAddedTokens() -> [Bool] {
      let isTaken = builder.takenIDs(limit: builder.count + addedTokens.count)
      return addedTokens.map { token in
        if isTaken.indices.contains(Int(token.id)) && isTaken[Int(token.id)] { return false }
        builder.append(token.content.utf8, id: Int(token.id), isPiece: false)
        return true
      }
    }
  }
}

extension JSONScanner {
  /// Reads one merge, `["left", "right"]` or "left right", and appends both sides; gives where the
  /// right one begins.
  fileprivate mutating func readMerge(into text: inout [UInt8]) throws -> Int {
    guard next() == UInt8(ascii: "[") else {
      try appendString(to: &text)
      let space = UInt8(ascii: " ")
      guard let middle = text.firstIndex(of: space), text.lastIndex(of: space) == middle else {
        throw failure("a merge is not two tokens with a space between them")
      }
      text.remove(at: middle)
      return middle
    }
    var middles: [Int] = []
    try readArray { scanner in
      middles.append(text.count)
      try scanner.appendString(to: &text)
    }
    guard middles.count == 2 else { throw failure("a merge does not have two sides") }
    return middles[1]
  }
}

extension AddedToken {
  /// Reads an element of `added_tokens`; `nil` for one with an empty text, which the tokenizers
  /// library ignores.
  fileprivate init?(reading scanner: inout JSONScanner) throws {
    let value = try scanner.readValue()
    guard let content = value["content"]?.stringValue, let id = value["id"]?.integerValue,
      let id = Int32(exactly: id), id >= 0
    else {
      throw scanner.failure("an added token needs a text “content” and a whole number “id”")
    }
    guard !content.isEmpty else { return nil }
    self.init(
      try AddedTokenForm(value, place: "The added token “\(content)” of tokenizer.json"), id: id)
  }
}
