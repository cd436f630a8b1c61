import Files

/// What a file says of an added token besides its id, as `AddedToken` of the tokenizers library.
struct AddedTokenForm {
  /// The text that is recognised.
  let content: String
  /// `special`.
  var isSpecial: Bool
  /// `normalized`; without it what is special is not.
  var isNormalized: Bool { statedNormalized ?? !isSpecial }
  private var statedNormalized: Bool?
  /// `lstrip`, `rstrip` and `single_word`.
  var surroundings = AddedToken.Surroundings()

  /// Whether both have the same text, code point by code point, and the same flags.
  func isSame(as other: AddedTokenForm) -> Bool {
    content.utf8.elementsEqual(other.content.utf8) && isSpecial == other.isSpecial
      && isNormalized == other.isNormalized && surroundings == other.surroundings
  }

  /// A token of which a file gives only the text.
  init(special content: String) {
    (self.content, isSpecial) = (content, true)
  }

  /// A token of which a file gives the text, and another whether it is special.
  init(_ content: String, isSpecial: Bool) {
    (self.content, self.isSpecial, statedNormalized) = (content, isSpecial, !isSpecial)
  }

  /// A token as an object with flags, of which those that are missing have the library's defaults.
  ///
  /// - Throws: `TokenizerError` for a value that is no object with a text and flags; `place` is
  ///   what it calls the value.
  init(_ value: JSON, place: String) throws {
    guard let content = value["content"]?.stringValue else {
      throw TokenizerError(
        .malformed, "\(place) is \(value.kind); it must be a text, or an object with “content”.")
    }
    for key in ["special", "normalized", "lstrip", "rstrip", "single_word"] {
      guard let flag = value[key], flag.boolValue == nil else { continue }
      throw TokenizerError(
        .malformed, "\(place): “\(key)” is \(flag.kind); it must be true or false.")
    }
    func flag(_ key: String) -> Bool? { value[key]?.boolValue }
    self.content = content
    isSpecial = flag("special") ?? false
    statedNormalized = flag("normalized")
    surroundings = AddedToken.Surroundings(
      takesSpaceBefore: flag("lstrip") ?? false, takesSpaceBehind: flag("rstrip") ?? false,
      isWord: flag("single_word") ?? false)
  }
}

extension AddedTokenForm {
  /// The form of a token that `tokenizer.json` adds.
  init(_ token: AddedToken) {
    self.init(special: token.content)
    (isSpecial, statedNormalized) = (token.isSpecial, token.isNormalized)
    surroundings = token.surroundings
  }
}

extension AddedToken {
  /// A token of this form with an id.
  init(_ form: AddedTokenForm, id: Int32) {
    self.init(
      content: form.content, id: id, isSpecial: form.isSpecial, isNormalized: form.isNormalized,
      surroundings: form.surroundings)
  }
}

/// The added tokens of a tokenizer while files add to them, as the tokenizers library keeps them.
struct AddedVocabulary {
  /// The tokens, each text once, in the order in which they were first added.
  private(set) var tokens: [AddedToken] = []
  /// Texts of all tokens, grown by those that the vocabulary did not have.
  private(set) var pieces: PieceTable
  private let modelCount: Int
  private var indexOfContent: [[UInt8]: Int] = [:]
  private var highestID: Int32 = -1

  /// The tokens that a `tokenizer.json` adds, or none of them, to its vocabulary.
  init(of file: TokenizerFile, keepsAdded: Bool) throws {
    pieces = file.pieces
    modelCount = file.modelCount
    guard keepsAdded else {
      for token in file.addedTokens where pieces.id(of: token.content) == nil {
        guard token.id >= modelCount else { throw mismatch(token.content, modelCount) }
      }
      pieces.removeTokens(from: modelCount)
      return
    }
    for token in file.addedTokens {
      guard indexOfContent.updateValue(tokens.count, forKey: Array(token.content.utf8)) == nil
      else {
        throw TokenizerError(
          .malformed, "Two added tokens of the tokenizer have the text “\(token.content)”.")
      }
      tokens.append(token)
      highestID = max(highestID, token.id)
    }
  }

  /// Whether a text is an added token.
  func contains(_ text: String) -> Bool { indexOfContent[Array(text.utf8)] != nil }

  /// The id of an added token or a piece with this text.
  func id(of text: String) -> Int32? {
    indexOfContent[Array(text.utf8)].map { tokens[$0].id } ?? pieces.id(of: text)
  }

  /// Adds a token, or changes the form of one that is there; an empty one is passed over.
  ///
  /// A text that the vocabulary lacks gets the next id. What was special once stays so.
  ///
  /// - Throws: `TokenizerError` where the library would give it another id than `tokenizer.json`.
  mutating func add(_ form: AddedTokenForm) throws {
    guard !form.content.isEmpty else { return }
    let key = Array(form.content.utf8)
    if let index = indexOfContent[key] {
      let known = tokens[index]
      tokens[index] = AddedToken(form, id: known.id)
      tokens[index].isSpecial = known.isSpecial || form.isSpecial
      tokens[index].wasNormalized = known.wasNormalized || known.isNormalized
      return
    }
    let id = try pieces.id(of: form.content) ?? append(form.content)
    indexOfContent[key] = tokens.count
    tokens.append(AddedToken(form, id: id))
    highestID = max(highestID, id)
  }

  private mutating func append(_ text: String) throws -> Int32 {
    let id = max(modelCount, Int(highestID) + 1)
    guard id == pieces.count else { throw mismatch(text, id) }
    pieces.append(text.utf8)
    return Int32(id)
  }

  private func mismatch(_ text: String, _ id: Int) -> TokenizerError {
    TokenizerError(
      .unsupported,
      "transformers gives the added token “\(text)” the id \(id), which tokenizer.json has for"
        + " another token; such a tokenizer is not read.")
  }
}
