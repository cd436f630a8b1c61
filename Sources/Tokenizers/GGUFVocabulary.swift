/// The vocabulary of a GGUF file, as its `tokenizer.ggml.*` metadata says it.
package struct GGUFVocabulary: Sendable {
  /// `tokenizer.ggml.model`: "llama" (SentencePiece BPE with scores) or "gpt2" (byte-level BPE with
  /// merges).
  package var model: String
  /// `tokenizer.ggml.pre`: name of the pretokenizer, where the file has one.
  package var pre: String?
  /// `tokenizer.ggml.tokens`: text of each token, by id.
  package var tokens: [String]
  /// `tokenizer.ggml.scores`: score of each token, higher merges first; empty where the file has
  /// none.
  package var scores: [Float]
  /// `tokenizer.ggml.token_type`: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte;
  /// empty where the file has none (all normal).
  package var tokenTypes: [Int32]
  /// `tokenizer.ggml.merges`: "left right", first merge first; empty where the file has none.
  package var merges: [String]
  /// `tokenizer.ggml.bos_token_id`.
  package var beginOfSequenceID: Int32?
  /// `tokenizer.ggml.eos_token_id`.
  package var endOfSequenceID: Int32?
  /// `tokenizer.ggml.unknown_token_id`.
  package var unknownID: Int32?
  /// `tokenizer.ggml.padding_token_id`.
  package var paddingID: Int32?
  /// `tokenizer.ggml.add_bos_token`; `nil` where the file does not say.
  package var addsBeginOfSequence: Bool?
  /// `tokenizer.ggml.add_eos_token`; `nil` where the file does not say: then false.
  package var addsEndOfSequence: Bool?
  /// `tokenizer.ggml.add_space_prefix`; `nil` where the file does not say: then true for
  /// "llama", false for "gpt2".
  package var addsSpacePrefix: Bool?

  /// Creates a vocabulary from all its values.
  package init(
    model: String, pre: String? = nil, tokens: [String], scores: [Float] = [],
    tokenTypes: [Int32] = [], merges: [String] = [], beginOfSequenceID: Int32? = nil,
    endOfSequenceID: Int32? = nil, unknownID: Int32? = nil, paddingID: Int32? = nil,
    addsBeginOfSequence: Bool? = nil, addsEndOfSequence: Bool? = nil,
    addsSpacePrefix: Bool? = nil
  ) {
    self.model = model
    self.pre = pre
    self.tokens = tokens
    self.scores = scores
    self.tokenTypes = tokenTypes
    self.merges = merges
    self.beginOfSequenceID = beginOfSequenceID
    self.endOfSequenceID = endOfSequenceID
    self.unknownID = unknownID
    self.paddingID = paddingID
    self.addsBeginOfSequence = addsBeginOfSequence
    self.addsEndOfSequence = addsEndOfSequence
    self.addsSpacePrefix = addsSpacePrefix
  }
  /// How a byte-level vocabulary's text is prepared; `nil` for another model or an unknown name.
  package var preparation: BytePreparation? {
    model == "gpt2" ? BytePreparation.all.first { $0.name == pre } : nil
  }

  /// Whether one more space stands before a text, and behind each special token: what the file says, or what its kind
  /// means.
  package var addsSpaces: Bool { addsSpacePrefix ?? (model == "llama") }

  /// Whether the begin-of-sequence token stands before a text: what the file says, or what its kind
  /// means.
  package var beginsTexts: Bool {
    addsBeginOfSequence ?? preparation?.addsBeginOfSequence ?? (model == "llama")
  }

  /// Whether the end-of-sequence token stands behind a text.
  package var endsTexts: Bool { addsEndOfSequence ?? false }
}
