import Files

/// The files of a model that say more of its tokenizer than `tokenizer.json`.
package struct TokenizerSideFiles: Sendable {
  /// The bytes of `tokenizer_config.json`, where there is one.
  package var configuration: [UInt8]?
  /// The bytes of `special_tokens_map.json`, where there is one.
  package var specialTokensMap: [UInt8]?
  /// The bytes of `added_tokens.json`, where there is one.
  package var addedTokens: [UInt8]?
  /// `model_type` of `config.json`, by which transformers also chooses.
  package var modelType: String?
  /// `tokenizer_class` of `config.json`.
  package var tokenizerClass: String?

  /// No files.
  package init() {}
}

/// The tokens that the files beside `tokenizer.json` declare, merged as `from_pretrained` of
/// transformers 5.23 merges them.
///
/// `added_tokens_decoder` of tokenizer_config.json comes before all older forms; without it
/// special_tokens_map.json comes before the configuration, and `tokenizer.json` before
/// added_tokens.json.
struct DeclaredTokens {
  /// Names of special tokens that every tokenizer can have, in transformers' order.
  private static let names = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// Special tokens by name; none for a name that a file sets to null.
  private var named: [(name: String, token: Token?)] = []
  /// Special tokens without a name.
  private var extra: [Token] = []
  /// Tokens that the vocabulary is to have, by the id that a file gives them.
  private var decoder: [Int: AddedTokenForm] = [:]

  /// A token as a file names it: only its text, or with its flags.
  private enum Token {
    case text(String)
    case form(AddedTokenForm)

    var content: String {
      switch self {
      case .text(let text): text
      case .form(let form): form.content
      }
    }

    /// Whether both are the same; a text alone is none with flags.
    func isSame(as other: Token) -> Bool {
      switch (self, other) {
      case (.text(let own), .text(let other)): own.utf8Bytes == other.utf8Bytes
      case (.form(let own), .form(let other)): own.isSame(as: other)
      default: false
      }
    }
  }

  /// Merges what the files say; `added` are the added tokens of `tokenizer.json`.
  ///
  /// - Throws: `TokenizerError` for values that transformers does not take either.
  init(_ configuration: JSON, _ files: TokenizerSideFiles, added: [AddedToken]) throws {
    var fields = configuration.objectValue ?? JSON.Object()
    if Self.isEmpty(fields["extra_special_tokens"]),
      let additional = fields["additional_special_tokens"]
    {
      fields["extra_special_tokens"] = additional
      fields["additional_special_tokens"] = nil
    }
    var own = Self.takeOwn(&fields)
    if let declared = fields["added_tokens_decoder"] {
      try readDecoder(declared)
    } else {
      let mapped = try files.specialTokensMap.map { try Self.merge($0, into: &fields) } ?? []
      if let bytes = files.addedTokens { try readAddedTokens(bytes, fields, mapped: mapped) }
      for token in added { decoder[Int(token.id)] = AddedTokenForm(token) }
    }
    own += Self.takeOwn(&fields)
    // Only where nothing else has set the newer key.
    if fields["extra_special_tokens"] == nil {
      fields["extra_special_tokens"] = fields["additional_special_tokens"]
    }
    try readSpecialTokens(fields, own)
  }

  // MARK: - Reading

  /// Takes the named tokens out of an `extra_special_tokens` that is an object.
  private static func takeOwn(_ fields: inout JSON.Object) -> [(key: String, value: JSON)] {
    guard let own = fields["extra_special_tokens"]?.objectValue else { return [] }
    fields["extra_special_tokens"] = nil
    return own.members
  }

  /// `added_tokens_decoder`: tokens with flags by id.
  private mutating func readDecoder(_ value: JSON) throws {
    guard let members = value.objectValue?.members else {
      throw Self.malformed("added_tokens_decoder is \(value.kind); it must be an object")
    }
    for (key, value) in members {
      guard let id = Int(key) else {
        throw Self.malformed("added_tokens_decoder has the key “\(key)”, which is no token id")
      }
      decoder[id] = try AddedTokenForm(
        value, place: "\(Self.source): added_tokens_decoder.\(key)")
    }
  }

  /// special_tokens_map.json: its values stand in place of those of the configuration.
  ///
  /// Gives the keys of tokens with flags.
  private static func merge(_ bytes: [UInt8], into fields: inout JSON.Object) throws
    -> Set<String>
  {
    var mapped: Set<String> = []
    let map = try sideFile(bytes, "special_tokens_map.json")
    for (key, var value) in map.members {
      if case .object = value, key != "extra_special_tokens" {
        value = value.settingSpecial
        mapped.insert(key)
      } else if key == "extra_special_tokens", let elements = value.arrayValue {
        var all = fields[key]?.arrayValue ?? []
        for element in elements.map({ $0.objectValue == nil ? $0 : $0.settingSpecial })
        where !all.contains(element) { all.append(element) }
        value = .array(all)
      }
      fields[key] = value
    }
    return mapped
  }

  /// added_tokens.json: ids by text, special where another file says so.
  ///
  /// A token with flags in tokenizer_config.json is not yet one when transformers looks for it
  /// here; one of special_tokens_map.json is.
  private mutating func readAddedTokens(
    _ bytes: [UInt8], _ fields: JSON.Object, mapped: Set<String>
  ) throws {
    let named = Self.names.compactMap { name in
      let token = mapped.contains(name) ? fields[name]?["content"] : fields[name]
      return token?.stringValue ?? fields[name]?.stringValue
    }
    let extra = (fields["extra_special_tokens"]?.arrayValue ?? []).compactMap(\.stringValue)
    let texts = Set((named + extra).map(\.utf8Bytes))
    for (text, value) in try Self.sideFile(bytes, "added_tokens.json").members {
      guard let id = value.integerValue, id >= 0 else {
        throw TokenizerError(
          .malformed, "added_tokens.json: “\(text)” is \(value.kind); it must be a token id.")
      }
      decoder[id] = AddedTokenForm(text, isSpecial: texts.contains(text.utf8Bytes))
    }
  }

  /// Every special token, with the flags that a token of that text is declared with elsewhere.
  private mutating func readSpecialTokens(
    _ fields: JSON.Object, _ own: [(key: String, value: JSON)]
  ) throws {
    let known = Dictionary(
      decoder.sorted { $0.key < $1.key }.map { ($0.value.content.utf8Bytes, $0.value) },
      uniquingKeysWith: { $1 })
    for name in Self.names {
      guard let value = fields[name] else { continue }
      let token = try Self.token(value, name)
      named.append((name, token.map { known[$0.content.utf8Bytes].map(Token.form) ?? $0 }))
    }
    // Names of a model's own, such as image_token, are special tokens too.
    let taken = Self.names + ["add_bos_token", "add_eos_token"]
    for (key, value) in fields.members where key.hasSuffix("_token") && !taken.contains(key) {
      guard value.stringValue != nil || value["__type"] == "AddedToken" else { continue }
      named.append((key, try Self.token(value, key)))
    }
    for (key, value) in own { named.append((key, try Self.token(value, key))) }
    switch fields["extra_special_tokens"] {
    case nil, .null: break
    case .array(let elements):
      extra = try elements.compactMap { try Self.token($0, "extra_special_tokens") }
    case .some(let value):
      throw Self.malformed(
        "extra_special_tokens is \(value.kind); it must be a list or an object of tokens")
    }
  }

  private static func token(_ value: JSON, _ key: String) throws -> Token? {
    switch value {
    case .null: nil
    case .string(let text): .text(text)
    default: .form(try AddedTokenForm(value, place: "\(source): \(key)"))
    }
  }

  // MARK: - Effect

  /// The text of the special token with this name; the default where no file says anything.
  func text(_ name: String, defaults: [String: String]) -> String? {
    named.first { $0.name == name }.map(\.token?.content) ?? defaults[name]
  }

  /// Adds the tokens to a vocabulary in the order in which transformers does.
  ///
  /// - Parameters:
  ///   - vocabulary: what has the added tokens of `tokenizer.json` already, if they count.
  ///   - defaults: texts of special tokens of which no file says anything, by name.
  ///   - resettingFlags: whether every special token loses its flags in the end.
  /// - Throws: `TokenizerError` where a token would get another id than `tokenizer.json` has.
  func add(
    to vocabulary: inout AddedVocabulary, defaults: [String: String], resettingFlags: Bool
  ) throws {
    let usual = Self.names.compactMap { name -> Token? in
      named.first { $0.name == name }.map(\.token) ?? defaults[name].map(Token.text)
    }
    let special = usual + named.filter { !Self.names.contains($0.name) }.compactMap(\.token)
    let texts = Set(special.map(\.content.utf8Bytes))
    var forms = decoder.sorted { $0.key < $1.key }.map(\.value)
    let listed = Set(forms.map(\.content.utf8Bytes))
    var others: [Token] = []
    for token in special + extra
    where !listed.contains(token.content.utf8Bytes) && !vocabulary.contains(token.content)
      && !others.contains(where: token.isSame)
    { others.append(token) }
    forms += others.map { token in
      switch token {
      case .text(let text): AddedTokenForm(special: text)
      case .form(let form): form
      }
    }
    for var form in forms {
      if texts.contains(form.content.utf8Bytes) { form.isSpecial = true }
      try vocabulary.add(form)
    }
    guard resettingFlags else { return }
    for token in special + extra { try vocabulary.add(AddedTokenForm(special: token.content)) }
  }

  // MARK: - Files and errors

  private static let source = "tokenizer_config.json"

  private static func malformed(_ problem: String) -> TokenizerError {
    TokenizerError(.malformed, "\(source): \(problem).")
  }

  private static func isEmpty(_ value: JSON?) -> Bool {
    switch value {
    case nil, .null: true
    case .array(let elements): elements.isEmpty
    case .object(let object): object.members.isEmpty
    case .string(let text): text.isEmpty
    default: false
    }
  }

  /// The object that a file holds, in Python's dialect of JSON.
  static func sideFile(_ bytes: [UInt8], _ name: String) throws -> JSON.Object {
    var value = JSON.null
    try withJSON(bytes, file: name) { value = try $0.readValue(dialect: .python) }
    guard let object = value.objectValue else {
      throw TokenizerError(.malformed, "\(name) holds \(value.kind), not an object.")
    }
    return object
  }
}

extension JSON {
  /// The flags of a special token, whatever the object says of that itself.
  fileprivate var settingSpecial: JSON {
    guard var object = objectValue else { return self }
    object["special"] = true
    object["__type"] = "AddedToken"
    return .object(object)
  }
}

extension String {
  /// Texts are compared as bytes: the same character in two Unicode forms makes two tokens.
  fileprivate var utf8Bytes: [UInt8] { Array(utf8) }
}
