import Files

/// What the components of a `tokenizer.json` amount to; everything else is refused by a sentence
/// that names it.
struct TokenizerComponents {
  /// Cuts text into words; `nil` where spaces become `▁` instead.
  let pretokenizer: Pretokenizer?
  /// How they do.
  private(set) var marking = SpaceMarking()
  /// Whether characters are composed (NFC) before that.
  let composes: Bool
  /// Puts texts together again.
  private(set) var decoder: TokenDecoder
  /// Names of the tokens before and after a text; `nil` where the file has no post-processor.
  let template: (prefix: [Int], suffix: [Int])?

  /// Reads the values of `normalizer`, `pre_tokenizer`, `decoder` and `post_processor`.
  init(_ components: [String: JSON]) throws {
    let normalizers = Self.flatten(components["normalizer"], list: "normalizers")
    let pretokenizers = Self.flatten(components["pre_tokenizer"], list: "pretokenizers")
    let decoders = Self.flatten(components["decoder"], list: "decoders")
    composes = normalizers.map { $0["type"]?.stringValue } == ["NFC"]
    let metaspace = normalizers.isEmpty ? Self.metaspace(pretokenizers) : nil
    if metaspace == nil, normalizers.isEmpty || composes {
      pretokenizer = try Self.byteLevelPretokenizer(pretokenizers)
      guard decoders.count == 1, decoders[0]["type"]?.stringValue == "ByteLevel" else {
        throw Self.unsupported("decoder", decoders, expected: "one ByteLevel")
      }
      decoder = TokenDecoder(kind: .byteLevel)
    } else {
      marking = try metaspace ?? Self.markingNormalizer(normalizers)
      guard metaspace != nil || pretokenizers.allSatisfy(Self.splitsAtSpaces) else {
        throw Self.unsupported(
          "pre_tokenizer", pretokenizers,
          expected: "none, or a Split at spaces, after that normalizer")
      }
      pretokenizer = nil
      decoder = try Self.markDecoder(decoders)
    }
    template = try Self.template(Self.flatten(components["post_processor"], list: "processors"))
  }

  /// The components as transformers 5 has them when the tokenizer is loaded as `LlamaTokenizer`.
  ///
  /// That class takes vocabulary and merges of a `tokenizer.json`, but marks spaces by a `Metaspace` of its own, whatever
  /// the file's normalizer: `add_prefix_space` and `legacy` of the config say where one more mark stands.
  func asLlamaTokenizer(_ config: JSON) -> TokenizerComponents {
    guard pretokenizer == nil else { return self }
    var components = self
    let addsPrefix = config["add_prefix_space"]?.boolValue ?? true
    let isLegacy = config["legacy"]?.boolValue ?? false
    components.marking = SpaceMarking(
      prefix: addsPrefix ? isLegacy ? .unlessMarked : .firstUnlessMarked : .never,
      followsAddedTokens: true)
    components.decoder.stripsFirstSpace = addsPrefix
    return components
  }

  // MARK: - Parts

  /// A `Metaspace` that cuts nothing; `nil` where the pretokenizer is another.
  private static func metaspace(_ values: [JSON]) -> SpaceMarking? {
    guard values.count == 1, values[0]["type"]?.stringValue == "Metaspace",
      values[0]["replacement"]?.stringValue == "▁", values[0]["split"]?.boolValue == false
    else { return nil }
    let prefix: SpaceMarking.Prefix
    switch values[0]["prepend_scheme"]?.stringValue {
    case "never": prefix = .never
    case "first": prefix = .firstUnlessMarked
    case "always": prefix = .unlessMarked
    default: return nil
    }
    return SpaceMarking(prefix: prefix, followsAddedTokens: true)
  }

  /// A `Replace` of spaces by marks, with or without a `Prepend` of one before it.
  private static func markingNormalizer(_ values: [JSON]) throws -> SpaceMarking {
    let prepends =
      values.count == 2 && values[0]["type"]?.stringValue == "Prepend"
      && values[0]["prepend"]?.stringValue == "▁"
    guard values.count == (prepends ? 2 : 1),
      isReplacement(values[values.count - 1], of: " ", by: "▁")
    else {
      throw unsupported(
        "normalizer", values,
        expected: "none, NFC, or a Replace of a space by ▁, alone or after a Prepend of ▁")
    }
    return SpaceMarking(prefix: prepends ? .always : .never)
  }

  /// What turns marks into spaces and byte pieces into bytes, with or without a `Strip` of the first space.
  private static func markDecoder(_ values: [JSON]) throws -> TokenDecoder {
    let strips =
      values.count == 4 && values[3]["type"]?.stringValue == "Strip"
      && values[3]["content"]?.stringValue == " " && values[3]["start"]?.integerValue == 1
      && values[3]["stop"]?.integerValue == 0
    guard values.count == (strips ? 4 : 3), isReplacement(values[0], of: "▁", by: " "),
      values[1]["type"]?.stringValue == "ByteFallback", values[2]["type"]?.stringValue == "Fuse"
    else {
      throw unsupported(
        "decoder", values,
        expected:
          "Replace of ▁ by a space, ByteFallback and Fuse, alone or before a Strip of one space at the beginning"
      )
    }
    return TokenDecoder(kind: .spaceMarks, stripsFirstSpace: strips)
  }

  /// Digits by themselves, if they are, and then `ByteLevel`, with its own pattern or behind a `Split`.
  private static func byteLevelPretokenizer(_ values: [JSON]) throws -> Pretokenizer {
    var rest = values[...]
    let splitsDigits = rest.first?["type"]?.stringValue == "Digits"
    // Written out, because `nil` beside a JSON value is JSON's null.
    let digits = splitsDigits ? Optional(rest.removeFirst()) : Optional.none
    let isSplit = rest.count == 2
    let split = isSplit ? Optional(rest.removeFirst()) : Optional.none
    guard rest.count == 1, let byteLevel = rest.first,
      byteLevel["type"]?.stringValue == "ByteLevel",
      byteLevel["add_prefix_space"]?.boolValue == false,
      byteLevel["use_regex"]?.boolValue ?? true == !isSplit,
      digits.map({ $0["individual_digits"]?.boolValue == true }) ?? true,
      let pattern = split.map(Self.pattern) ?? .gpt2
    else {
      throw unsupported(
        "pre_tokenizer", values,
        expected: "ByteLevel with add_prefix_space false, alone or after Digits with"
          + " individual_digits true, and with use_regex false after a Split by the pattern of Llama 3"
          + " or Qwen")
    }
    return Pretokenizer(splitsDigits: splitsDigits, pattern: pattern)
  }

  /// The pattern that a `Split` isolates the matches of; `nil` for one that the program does not have.
  ///
  /// To remove what does not match is the same: every pattern matches all of a text.
  private static func pattern(of split: JSON) -> WordPattern? {
    let behavior = split["behavior"]?.stringValue
    let isInverted = split["invert"]?.boolValue ?? false
    guard split["type"]?.stringValue == "Split",
      behavior == "Isolated" && !isInverted || behavior == "Removed" && isInverted
    else { return nil }
    return WordPattern.all.first { split["pattern"] == ["Regex": .string($0.regex)] }
  }

  /// The ids before and after the sequence in a `TemplateProcessing`; `ByteLevel` only changes
  /// offsets.
  private static func template(_ values: [JSON]) throws -> (prefix: [Int], suffix: [Int])? {
    let processors = values.filter { $0["type"]?.stringValue != "ByteLevel" }
    guard let processor = processors.first else { return nil }
    guard processors.count == 1, processor["type"]?.stringValue == "TemplateProcessing",
      let items = processor["single"]?.arrayValue
    else {
      throw unsupported("post_processor", values, expected: "one TemplateProcessing")
    }
    var prefix: [Int] = []
    var suffix: [Int] = []
    var sequences = 0
    for item in items {
      if item["Sequence"]?["id"]?.stringValue == "A" {
        sequences += 1
      } else if let name = item["SpecialToken"]?["id"]?.stringValue,
        let ids = processor["special_tokens"]?[name]?["ids"]?.arrayValue?.map(\.integerValue)
      {
        let known = ids.compactMap { $0 }
        guard known.count == ids.count else {
          throw TokenizerError(
            .malformed,
            "The post_processor of tokenizer.json gives “\(name)” ids that are no whole numbers.")
        }
        if sequences == 0 { prefix += known } else { suffix += known }
      } else {
        sequences = 0
        break
      }
    }
    guard sequences == 1 else {
      throw TokenizerError(
        .malformed,
        "The “single” template of tokenizer.json's post_processor must hold the sequence A once and"
          + " special tokens that it defines.")
    }
    return (prefix, suffix)
  }

  private static func splitsAtSpaces(_ value: JSON) -> Bool {
    value["type"]?.stringValue == "Split" && value["pattern"] == ["String": .string(" ")]
      && value["behavior"]?.stringValue == "MergedWithPrevious"
      && value["invert"]?.boolValue != true
  }

  private static func isReplacement(_ value: JSON, of pattern: String, by content: String)
    -> Bool
  {
    value["type"]?.stringValue == "Replace" && value["pattern"] == ["String": .string(pattern)]
      && value["content"]?.stringValue == content
  }

  // MARK: - Lists and errors

  /// The members of a `Sequence`, also of one in another, or the value itself, or nothing for null.
  private static func flatten(_ value: JSON?, list: String) -> [JSON] {
    guard let value, value != .null else { return [] }
    guard value["type"]?.stringValue == "Sequence", let members = value[list]?.arrayValue else {
      return [value]
    }
    return members.flatMap { flatten($0, list: list) }
  }

  private static func unsupported(_ name: String, _ values: [JSON], expected: String)
    -> TokenizerError
  {
    let found = values.map { $0["type"]?.stringValue ?? $0.kind }.joined(separator: ", ")
    return TokenizerError(
      .unsupported,
      "The \(name) of tokenizer.json (\(found.isEmpty ? "none" : found)) is not one that this"
        + " program has; expected \(expected).")
  }
}
