import Files

/// What transformers 5 makes of a tokenizer by the name of its class.
///
/// Most classes take `tokenizer.json` as it is. Some take only vocabulary, merges and post-processor
/// from it and prepare text in their own way, whatever the file says.
struct TokenizerClass: Sendable {
  /// `tokenizer_class` without the ending `Fast`.
  let name: String
  /// Named tokens where no file says anything of them.
  var defaults: [String: String] = [:]
  /// What stands in place of values of `tokenizer.json`; `nil` for a class that takes it as it is.
  var build: (@Sendable (_ settings: Settings) -> Build)?
  /// Whether every special token loses its flags in the end.
  var resetsSpecialTokens = false
  /// Whether a post-processor of `tokenizer.json` counts.
  var keepsPostProcessor = true

  /// Values in place of those of `tokenizer.json`, by their keys.
  struct Build {
    /// Those of `model`, but for vocabulary and merges.
    let model: [String: JSON]
    /// Those of the components that prepare and decode text.
    let components: [String: JSON]
  }

  /// What of tokenizer_config.json a class asks for.
  struct Settings {
    /// `add_prefix_space`.
    let addsPrefixSpace: Bool
    /// The token for unknown bytes.
    let unknown: String?
  }

  /// Takes `tokenizer.json` as it is: `PreTrainedTokenizerFast` and names that transformers does not
  /// have.
  static let plain = TokenizerClass(name: "TokenizersBackend")

  /// The classes that prepare text in their own way, and are known here.
  static let all = [
    TokenizerClass(
      name: "GPT2Tokenizer",
      defaults: ["unk_token": endOfText, "bos_token": endOfText, "eos_token": endOfText],
      build: { byteLevel(pattern: nil, normalizer: .null, $0) }),
    TokenizerClass(
      name: "GPTNeoXTokenizer",
      defaults: [
        "unk_token": endOfText, "bos_token": endOfText, "eos_token": endOfText,
        "pad_token": "<|padding|>",
      ],
      build: { byteLevel(pattern: nil, normalizer: ["type": "NFC"], $0) },
      keepsPostProcessor: false),
    TokenizerClass(
      name: "Qwen2Tokenizer",
      defaults: ["unk_token": endOfText, "eos_token": endOfText, "pad_token": endOfText],
      build: { byteLevel(pattern: .qwen2, normalizer: ["type": "NFC"], $0) },
      resetsSpecialTokens: true),
    TokenizerClass(
      name: "GemmaTokenizer",
      defaults: [
        "unk_token": "<unk>", "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>",
        "mask_token": "<mask>",
      ],
      build: { settings in
        Build(
          model: [
            "type": "BPE", "unk_token": JSON(settings.unknown), "fuse_unk": true,
            "byte_fallback": true,
          ], components: spacesMarked)
      }),
  ]

  private static let endOfText = "<|endoftext|>"

  private static func byteLevel(
    pattern: WordPattern?, normalizer: JSON, _ settings: Settings
  ) -> Build {
    let words: JSON = [
      "type": "ByteLevel", "add_prefix_space": .bool(settings.addsPrefixSpace),
      "use_regex": .bool(pattern == nil),
    ]
    let split = pattern.map { pattern -> JSON in
      [
        "type": "Split", "pattern": ["Regex": .string(pattern.regex)], "behavior": "Isolated",
        "invert": false,
      ]
    }
    return Build(
      model: ["type": "BPE"],
      components: [
        "normalizer": normalizer, "decoder": ["type": "ByteLevel"],
        "pre_tokenizer": split.map { ["type": "Sequence", "pretokenizers": [$0, words]] } ?? words,
      ])
  }

  private static let spacesMarked: [String: JSON] = [
    "normalizer": ["type": "Replace", "pattern": ["String": " "], "content": "▁"],
    "pre_tokenizer": [
      "type": "Split", "pattern": ["String": " "], "behavior": "MergedWithPrevious",
      "invert": false,
    ],
    "decoder": [
      "type": "Sequence",
      "decoders": [
        ["type": "Replace", "pattern": ["String": "▁"], "content": " "],
        ["type": "ByteFallback"], ["type": "Fuse"],
      ],
    ],
  ]
}

// MARK: - Choice

extension TokenizerClass {
  /// Classes that transformers takes for a model type, whatever the files name, or where they name
  /// none.
  private static let registered = [
    "gemma3": "GemmaTokenizer", "gemma3_text": "GemmaTokenizer", "gpt_neox": "GPTNeoXTokenizer",
    "olmo2": "TokenizersBackend", "qwen2": "Qwen2Tokenizer", "qwen3": "Qwen2Tokenizer",
  ]
  /// Model types whose files are known to name a wrong class.
  private static let misnamed: Set<String> = ["qwen2"]

  /// The class that `AutoTokenizer` chooses.
  ///
  /// - Parameters:
  ///   - name: `tokenizer_class` of tokenizer_config.json or else of config.json.
  ///   - modelType: `model_type` of config.json.
  ///   - isByteLevel: whether `tokenizer.json` mentions `ByteLevel`.
  /// - Returns: the class.
  /// - Throws: `TokenizerError` for a class of which this program does not know what it does.
  static func chosen(named name: String?, modelType: String?, isByteLevel: Bool) throws
    -> TokenizerClass
  {
    func base(_ name: String) -> String {
      name.hasSuffix("Fast") ? String(name.dropLast("Fast".count)) : name
    }
    let registered = modelType.flatMap { Self.registered[$0] }
    guard let name = name.map(base) else { return try known(registered ?? plain.name) }
    if name == "LlamaTokenizer", isByteLevel, !misnamed.contains(modelType ?? "") { return plain }
    guard let registered, registered != name else { return try known(name) }
    if registered == plain.name { return plain }
    return try known(misnamed.contains(modelType ?? "") ? registered : name)
  }

  private static func known(_ name: String) throws -> TokenizerClass {
    if let known = all.first(where: { $0.name == name }) { return known }
    guard others.contains(name) else { return plain }
    throw TokenizerError(
      .unsupported,
      "The tokenizer_class \(name) prepares text in a way of its own in transformers 5, which this"
        + " program does not have.")
  }

  /// The other classes of transformers 5.23 that do not take `tokenizer.json` as it is.
  private static let others = Set(
    """
    AlbertTokenizer BartTokenizer BarthezTokenizer BartphoTokenizer BertGenerationTokenizer
    BertJapaneseTokenizer BertTokenizer BertweetTokenizer BigBirdTokenizer BioGptTokenizer
    BlenderbotSmallTokenizer BlenderbotTokenizer ByT5Tokenizer CLIPTokenizer CTRLTokenizer
    CamembertTokenizer CanineTokenizer ClvpTokenizer CodeLlamaTokenizer CohereTokenizer
    CpmAntTokenizer CpmTokenizer DPRQuestionEncoderTokenizer DebertaTokenizer DebertaV2Tokenizer
    DiaTokenizer EsmTokenizer EsmcTokenizer FNetTokenizer FSMTTokenizer FlaubertTokenizer
    FunnelTokenizer GPTNeoXJapaneseTokenizer GPTSw3Tokenizer HerbertTokenizer LEDTokenizer
    LasrTokenizer LayoutLMv2Tokenizer LayoutLMv3Tokenizer LayoutXLMTokenizer LukeTokenizer
    LxmertTokenizer M2M100Tokenizer MBart50Tokenizer MBartTokenizer MLukeTokenizer MPNetTokenizer
    MarianTokenizer MarkupLMTokenizer MgpstrTokenizer MistralCommonBackend MobileBertTokenizer
    MvpTokenizer MyT5Tokenizer NllbTokenizer NougatTokenizer OpenAIGPTTokenizer PLBartTokenizer
    ParakeetTokenizer PegasusTokenizer PerceiverTokenizer PhobertTokenizer ProphetNetTokenizer
    Qwen3_5Tokenizer RagTokenizer ReformerTokenizer RemBertTokenizer RoCBertTokenizer
    RoFormerTokenizer RobertaTokenizer SeamlessM4TTokenizer Siglip2Tokenizer SiglipTokenizer
    Speech2TextTokenizer SpeechT5Tokenizer SplinterTokenizer T5Tokenizer TapasTokenizer
    Tipsv2Tokenizer UdopTokenizer VideoPrismTokenizer VitsTokenizer Wav2Vec2CTCTokenizer
    Wav2Vec2PhonemeCTCTokenizer WhisperTokenizer XGLMTokenizer XLMRobertaTokenizer XLMTokenizer
    XLNetTokenizer
    """.split(whereSeparator: \.isWhitespace).map(String.init))
}
