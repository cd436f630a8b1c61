import Files
import LanguageModels
import Testing
import Tokenizers

@testable import Evaluation
@testable import Scoring

struct RequestEncoderTests {
  private func encoder(maximumLength: Int = 64, vocabularySize: Int = 280) throws -> RequestEncoder
  {
    RequestEncoder(
      tokenizer: try TinyModel.tokenizer(), vocabularySize: vocabularySize,
      maximumLength: maximumLength)
  }

  @Test(
    "The begin-of-sequence token is put first, left out, or left to the tokenizer, never doubled")
  func specialTokens() throws {
    // As transformers 5.23 encodes with `add_bos_token` true, false and not given.
    for (choice, expected) in [(nil, [0]), (true, [0]), (false, [])] as [(Bool?, [Int32])] {
      let encoder = RequestEncoder(
        tokenizer: try TinyModel.tokenizer(), vocabularySize: 280, maximumLength: 64,
        addsSpecialTokens: choice)
      #expect(
        try encoder.generationPrompt("Answer:", maximumNewTokens: 4).tokens
          == expected + [266, 88, 260, 27])
      #expect(
        try encoder.generationPrompt("<bos>Answer:", maximumNewTokens: 4).tokens == [
          0, 266, 88, 260, 27,
        ])
    }
  }

  @Test("Whitespace at the end of the context is scored with the continuation")
  func trailingWhitespace() throws {
    // "Answer:" is <bos> and four tokens, " A" is two, "A" one.
    let plain = try encoder().scoringRequests(context: "Answer:", continuations: [" A"])
    #expect(plain.requests.map(\.tokens) == [[0, 266, 88, 260, 27, 222, 34]])
    #expect(plain.requests.map(\.continuationCount) == [2])
    let moved = try encoder().scoringRequests(context: "Answer: \n", continuations: ["A", ""])
    #expect(
      moved.requests.map(\.tokens) == [
        [0, 266, 88, 260, 27, 222, 200, 34], [0, 266, 88, 260, 27, 222, 200],
      ])
    #expect(moved.requests.map(\.continuationCount) == [3, 2])
    #expect(moved.truncatedTokens == 0)
  }

  @Test("A text that begins with the begin-of-sequence token gets no second one")
  func beginOfSequence() throws {
    let tokens = try encoder().generationPrompt("<bos>Answer:", maximumNewTokens: 1).tokens
    #expect(tokens == [0, 266, 88, 260, 27])
    #expect(try encoder().generationPrompt("Answer:", maximumNewTokens: 1).tokens == tokens)
  }

  @Test("A request is the context's own tokens and those of the whole after as many, merged or not")
  func mergedBoundary() throws {
    // The first two letters are one token of the whole text; the first one alone is another.
    let tokenizer = try TinyModel.tokenizer()
    let context = tokenizer.encode("A", addingSpecialTokens: true)
    let whole = tokenizer.encode("Answer:", addingSpecialTokens: true)
    let request = try #require(
      try encoder().scoringRequests(context: "A", continuations: ["nswer:"]).requests.first)
    #expect(request.tokens == context + Array(whole[context.count...]))
    #expect(request.tokens != whole)
    #expect(request.continuationCount == whole.count - context.count)
  }

  @Test("Long texts lose tokens on the left, never of the continuation")
  func truncation() throws {
    let (requests, truncated) = try encoder(maximumLength: 4).scoringRequests(
      context: "Answer:", continuations: [" A", " AB"])
    #expect(requests.map(\.tokens) == [[88, 260, 27, 222, 34], [260, 27, 222, 34, 35]])
    #expect(requests.map(\.continuationCount) == [2, 3])
    #expect(truncated == 3)
    let prompt = try encoder(maximumLength: 5).generationPrompt("Answer:", maximumNewTokens: 2)
    #expect(prompt.tokens == [88, 260, 27])
    #expect(prompt.truncatedTokens == 2)
  }

  @Test("An empty context is the begin-of-sequence token")
  func emptyContext() throws {
    let requests = try encoder().scoringRequests(context: "", continuations: ["A", "<bos>A"])
      .requests
    #expect(requests.map(\.tokens) == [[0, 34], [0, 34]])
    #expect(requests.map(\.continuationCount) == [1, 1])
  }

  @Test("Requests that cannot be scored are refused")
  func invalidRequests() throws {
    let requests: [() throws -> Void] = [
      { _ = try encoder().scoringRequests(context: "Answer:", continuations: [""]) },
      { _ = try encoder().scoringRequests(context: "", continuations: [""]) },
      { _ = try encoder(maximumLength: 2).scoringRequests(context: "x", continuations: [" ABC"]) },
      { _ = try encoder(maximumLength: 8).generationPrompt("x", maximumNewTokens: 8) },
      {
        _ = try encoder(vocabularySize: 266).scoringRequests(
          context: "Answer:", continuations: [" A"])
      },
      { _ = try encoder(vocabularySize: 266).generationPrompt("Answer:", maximumNewTokens: 1) },
    ]
    for request in requests {
      let error = #expect(throws: EvaluationError.self) { try request() }
      #expect(error?.code == .invalidRequest)
    }
  }

  @Test("A generated text is cut at each stop string in turn, the end token's text included")
  func stopStrings() throws {
    let tokenizer = try TinyModel.tokenizer()
    let stops = StopStrings(["Question:", "</s>"], tokenizer: tokenizer)
    #expect(stops.strings == ["Question:", "</s>", "<eos>"])
    #expect(stops.text(of: tokenizer.encode(" five\n</s> Question: x")) == " five\n")
    #expect(stops.text(of: tokenizer.encode("<eos> five<bos>")) == " five")
    let text = tokenizer.encode(" five Question: How many")
    let firstEnd = text.indices.first { stops.end(Array(text[...$0])) }
    let mark = try #require(firstEnd)
    #expect(
      tokenizer.decode(Array(text[...mark]), skippingSpecialTokens: true) == " five Question:")
    #expect(StopStrings(["<eos>"], tokenizer: tokenizer).strings == ["<eos>"])
  }
}
