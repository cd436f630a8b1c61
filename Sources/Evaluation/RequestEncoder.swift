import Files
import LanguageModels
import Scoring
import Tokenizers

/// Turns prompts and continuations into token ids, with the harness's rules for special tokens and lengths.
struct RequestEncoder {
  private let tokenizer: Tokenizer
  private let vocabularySize: Int
  private let maximumLength: Int
  /// What an empty context is replaced with: the begin-of-sequence token, else the end-of-sequence token.
  private let prefixID: Int32?
  /// A text that begins with this already has its special tokens.
  private let prefixText: String?
  /// Whether other texts get special tokens; nil leaves it to the tokenizer.
  private let addsSpecialTokens: Bool?

  /// Creates an encoder for a model that takes at most `maximumLength` tokens and knows `vocabularySize` ids.
  ///
  /// `addsSpecialTokens` is as ``EvaluationSettings/addsSpecialTokens`` has it.
  init(
    tokenizer: Tokenizer, vocabularySize: Int, maximumLength: Int, addsSpecialTokens: Bool? = nil
  ) {
    self.addsSpecialTokens = addsSpecialTokens
    self.tokenizer = tokenizer
    self.vocabularySize = vocabularySize
    self.maximumLength = maximumLength
    prefixID = tokenizer.beginOfSequenceID ?? tokenizer.endOfSequenceID
    prefixText = prefixID.map { tokenizer.decode([$0], skippingSpecialTokens: false) }
  }

  /// The requests that score each continuation after the same context.
  ///
  /// Whitespace at the end of the context is scored with the continuations. A request is the tokens of the context by
  /// itself, then those of the whole text after as many, even where the context's end is tokenised otherwise there, as
  /// the harness's `_encode_pair` has it. Too long a text loses tokens on the left.
  ///
  /// - Returns: One request a continuation, and the largest number of tokens that one of them lost.
  /// - Throws: `invalidRequest` when there is no context token, no continuation token, more continuation than the
  ///   model takes, or an id that the model does not know.
  func scoringRequests(
    context: String, continuations: [String]
  ) throws -> (requests: [ScoringRequest], truncatedTokens: Int) {
    let (text, whitespace) = PythonText.splitTrailingWhitespace(context)
    let contextIDs = context.isEmpty ? [] : encode(text)
    var truncatedTokens = 0
    let requests = try continuations.map { continuation in
      var ids: [Int32]
      var contextCount = contextIDs.count
      if context.isEmpty {
        ids = tokenizer.encode(continuation)
        if let prefixID {
          if ids.first != prefixID { ids.insert(prefixID, at: 0) }
          contextCount = 1
        }
      } else {
        // A piece may merge over the border: what the context has by itself stands for it all the same.
        ids = contextIDs + encode(text + whitespace + continuation).dropFirst(contextIDs.count)
      }
      let continuationCount = ids.count - contextCount
      guard contextCount > 0, continuationCount > 0, continuationCount <= maximumLength else {
        throw EvaluationError(
          .invalidRequest,
          "The continuation \"\(continuation.prefix(60))\" of the prompt ending in \"\(context.suffix(60))\" has \(max(0, continuationCount)) tokens after \(contextCount) of context; it needs at least one of each and at most \(maximumLength) to score."
        )
      }
      try check(ids, of: context + continuation)
      // The last token is only predicted, so that one more than the model takes fits.
      let excess = max(0, ids.count - 1 - maximumLength)
      truncatedTokens = max(truncatedTokens, excess)
      ids.removeFirst(excess)
      return ScoringRequest(tokens: ids, continuationCount: continuationCount)
    }
    return (requests, truncatedTokens)
  }

  /// The tokens that a generation of at most `maximumNewTokens` tokens continues.
  ///
  /// - Returns: The last tokens that leave room for the generation, and how many were dropped before them.
  /// - Throws: `invalidRequest` when there is no room, no token, or an id that the model does not know.
  func generationPrompt(
    _ prompt: String, maximumNewTokens: Int
  ) throws -> (tokens: [Int32], truncatedTokens: Int) {
    let room = maximumLength - maximumNewTokens
    guard room > 0 else {
      throw EvaluationError(
        .invalidRequest,
        "Generating \(maximumNewTokens) tokens leaves no room for a prompt in a context of \(maximumLength)."
      )
    }
    let ids = encode(prompt)
    guard !ids.isEmpty else {
      throw EvaluationError(
        .invalidRequest, "An empty prompt cannot be continued: the tokenizer gives it no token.")
    }
    try check(ids, of: prompt)
    return (ids.suffix(room), max(0, ids.count - room))
  }

  private func encode(_ text: String) -> [Int32] {
    let hasPrefix = prefixText.map { PythonText.hasPrefix($0, in: text) } ?? false
    var ids = tokenizer.encode(text, addingSpecialTokens: addsSpecialTokens != false && !hasPrefix)
    // A tokenizer that begins no text by itself is told to, as `add_bos_token` tells those of transformers.
    if addsSpecialTokens == true, !hasPrefix, let begin = tokenizer.beginOfSequenceID,
      ids.first != begin
    {
      ids.insert(begin, at: 0)
    }
    return ids
  }

  private func check(_ ids: [Int32], of text: String) throws {
    if let id = ids.first(where: { $0 < 0 || Int($0) >= vocabularySize }) {
      throw EvaluationError(
        .invalidRequest,
        "The tokenizer gives \"\(text.suffix(60))\" the token \(id), but the model's vocabulary ends at \(vocabularySize - 1)."
      )
    }
  }
}
