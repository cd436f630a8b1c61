import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Evaluation
@testable import Scoring

/// A tokenizer of 280 tokens and a random model of two layers.
enum TinyModel {
  /// The tokenizer of `Fixtures/make_tokenizer.py`: "<bos>" (0) before every text, "<eos>" (1) ends one.
  static func tokenizer() throws -> Tokenizer {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return try Tokenizer(
      tokenizerJSON: Array(Data(contentsOf: folder.appending(path: "tokenizer.json"))),
      tokenizerConfigJSON: Array(#"{"bos_token": "<bos>", "eos_token": "<eos>"}"#.utf8))
  }

  /// A model whose weights come from a seed.
  static func model(vocabularySize: Int = 280, maximumPositions: Int = 512) -> LanguageModel {
    let model = LanguageModel(
      configuration: ModelConfiguration(
        family: .llama, vocabularySize: vocabularySize, hiddenSize: 16, intermediateSize: 32,
        headCount: 2, keyValueHeadCount: 1, headDimension: 8, attentionKinds: [.full, .full],
        slidingWindow: 16, ropeTheta: 10000, slidingRopeTheta: 10000, attentionScale: 0.35,
        normEpsilon: 1e-5, tiesEmbeddings: true, maximumPositions: maximumPositions,
        beginOfSequenceID: 0, endOfSequenceIDs: [1], paddingID: nil))
    var numbers = SeededGenerator(seed: 3)
    for index in 0..<model.parameters.count {
      model.parameters.pointer[index] = Float(numbers.next() >> 40) * 0x1p-24 - 0.5
    }
    return model
  }

  /// Questions of different lengths with answers of one to three words.
  static func choiceDocuments(_ count: Int) throws -> [Document] {
    try (0..<count).map { number in
      try TestDocument.arc(
        question: String(repeating: "the door \(number) ", count: 1 + number * 7 % 5),
        choices: ["five", "many apples", "a man \(number)"], labels: ["A", "B", "C"],
        answerKey: ["A", "B", "C"][number % 3])
    }
  }

  /// Word problems of different lengths.
  static func textDocuments(_ count: Int) throws -> [Document] {
    try (0..<count).map { number in
      try TestDocument.gsm8k(
        question: String(repeating: "How many apples \(number)? ", count: 1 + number * 5 % 4),
        answer: "five\n#### \(number)")
    }
  }
}
