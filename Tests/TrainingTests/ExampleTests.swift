import Files
import Foundation
import Testing
import Tokenizers

@testable import Recipes
@testable import Training

/// What Axolotl made of conversations, written by `make_labels.py`.
struct LabelFixture: Decodable {
  struct Rule: Decodable {
    var trainOnInputs: Bool?
    var trainOnEOS: String?
    var rolesToTrain: [String]?

    enum CodingKeys: String, CodingKey {
      case trainOnInputs = "train_on_inputs"
      case trainOnEOS = "train_on_eos"
      case rolesToTrain = "roles_to_train"
    }
  }

  struct Case: Decodable {
    let template: ChatTemplate
    let rule: Rule
    let messages: [ChatMessage]
    let ids: [Int32]
    let labels: [Int32]
  }

  let cases: [Case]
}

extension ChatTemplate: Decodable {}

@Suite struct ExampleTests {
  private func tokenizer(_ template: ChatTemplate) throws -> Tokenizer {
    try Tokenizer(
      tokenizerJSON: Array(Fixtures.data("\(template.rawValue)-tokenizer.json")),
      tokenizerConfigJSON: nil)
  }

  private func user(_ text: String) -> ChatMessage { ChatMessage(role: "user", content: text) }

  private func assistant(_ text: String) -> ChatMessage {
    ChatMessage(role: "assistant", content: text)
  }

  @Test("Ids and labels are Axolotl's, for both templates, all rules and awkward contents")
  func labels() throws {
    let fixture = try JSONDecoder().decode(LabelFixture.self, from: Fixtures.data("labels.json"))
    let tokenizers = try [ChatTemplate.gemma3, .smollm2].map { ($0, try tokenizer($0)) }
    var checked = 0
    for item in fixture.cases {
      // Gemma's template gives a system message no turn of its own, so that it cannot be learned by itself.
      if item.template == .gemma3, item.messages[0].role == "system",
        item.rule.trainOnInputs == true
      {
        continue
      }
      let tokenizer = try #require(tokenizers.first { $0.0 == item.template }).1
      let builder = ExampleBuilder(
        tokenizer: tokenizer, template: item.template,
        rule: LabelRule(
          trainedRoles: item.rule.rolesToTrain ?? ["assistant"],
          trainsOnInputs: item.rule.trainOnInputs ?? false,
          endOfTurn: item.rule.trainOnEOS.flatMap(LabelRule.EndOfTurn.init) ?? .turn))
      let example = try builder.example(item.messages)
      #expect(example.inputIDs == item.ids, "\(item.messages)")
      #expect(example.labels == item.labels, "\(item.messages), \(item.rule)")
      checked += 1
    }
    #expect(checked > 150)
  }

  /// What preparing does with conversations, in memory.
  private func prepare(
    _ conversations: [[ChatMessage]], _ builder: ExampleBuilder, shuffleSeed: UInt64? = nil,
    _ lengths: LengthRule
  ) throws -> PreparedExamples {
    var writer = TokenTableWriter()
    let examples = try builder.examples(conversations, from: 0, threads: 3)
    for (index, example) in examples.enumerated() {
      writer.append(
        try lengths.kept(example, at: index), fullCount: example.inputIDs.count)
    }
    writer.finish()
    return PreparedExamples(
      try TokenTable(bytes: writer.takeBytes()), shuffleSeed: shuffleSeed, lengths: lengths)
  }

  @Test("Preparation shuffles first, then drops and counts what it drops")
  func dropping() throws {
    let builder = ExampleBuilder(tokenizer: try tokenizer(.gemma3), template: .gemma3)
    let long = String(repeating: "x", count: 100)
    let conversations = [
      [user("What is 2+2?"), assistant("It is 4.")], [user("What?"), assistant(long)],
      [user("What?"), assistant("")], [user("What?")], [user(long), assistant("It is 4.")],
      [user("And 3+3?"), assistant("6")],
    ]
    let dropping = LengthRule(maximumLength: 60, overlong: .drop)
    let dropped = try prepare(conversations, builder, dropping)
    #expect(dropped.sources == [0, 5])
    #expect(dropped.droppedOverlong == 2)
    #expect(dropped.droppedUntrainable == 2)
    #expect(dropped.truncated == 0)

    // The long question loses its answer and with it all that is to be learned.
    let truncated = try prepare(
      conversations, builder, LengthRule(maximumLength: 60, overlong: .truncate))
    #expect(truncated.sources == [0, 1, 5])
    #expect(truncated.tokenCount(1) == 60)
    #expect(truncated.droppedOverlong == 0)
    #expect(truncated.droppedUntrainable == 3)
    #expect(truncated.truncated == 1)

    let shuffled = try prepare(conversations, builder, shuffleSeed: 7, dropping)
    let order = PermutedCongruentialGenerator.permutation(count: 6, seed: 7)
    #expect(shuffled.sources == order.filter([0, 5].contains))
  }

  @Test("Unusable conversations are errors that name their position")
  func errors() throws {
    let builder = ExampleBuilder(tokenizer: try tokenizer(.gemma3), template: .gemma3)
    let good = [user("What is 2+2?"), assistant("It is 4.")]
    func prepare(_ bad: [ChatMessage], limit: Int) throws -> PreparedExamples {
      try self.prepare(
        [good, bad], builder, LengthRule(maximumLength: limit, overlong: .error))
    }
    for bad in [[], [assistant("6")], [user("a"), user("b")]] {
      let error = #expect(throws: TrainingError.self) { try prepare(bad, limit: 100) }
      #expect(error?.code == .unusableConversation(index: 1))
    }
    let error = #expect(throws: TrainingError.self) {
      try prepare([user("What?"), assistant(String(repeating: "x", count: 90))], limit: 50)
    }
    #expect(error?.code == .unusableConversation(index: 1))
    #expect(error?.message.contains("at most 50") == true)
  }
}
