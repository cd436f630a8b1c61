import Evaluation
import Files
import Foundation
import Testing
import Tokenizers
import Training

@testable import Replication

struct ManifestTests {
  @Test("Everything that a manifest says is read")
  func readsEverything() throws {
    let manifest = try ManifestFixtures.valid()
    #expect(manifest.name == "sample")
    #expect(manifest.description == "First line.\nSecond line.")
    #expect(
      manifest.assets.map(\.name) == [
        "model", "chats", "notes", "mmlu-test", "gsm8k-test", "arc-test",
      ])
    let wheel = try #require(manifest.wheels.first)
    #expect(manifest.wheels == [wheel])
    #expect(wheel.requirement == "bench-data==1.0")
    #expect(manifest.downloadBytes == 1000)
    #expect(
      manifest.asset(named: "model")?.source
        == .members([
          WheelMember(wheel: wheel, path: "model.part0"),
          WheelMember(wheel: wheel, path: "model.part1"),
        ]))
    #expect(manifest.unpinned == [.init(asset: "notes", reason: "still being written")])
    #expect(manifest.model == .init(source: .pretrained(asset: "model"), chatTemplate: .gemma3))
    #expect(manifest.trainingData.assets == ["chats", "notes"])
    #expect(manifest.trainingData.exampleLimit == 8)
    #expect(manifest.trainingData.endOfTurn == .turn)
    #expect(!manifest.trainingData.trainsOnInputs)
    #expect(manifest.training.seeds == [1, 2])
    #expect(manifest.training.duration == .steps(10))
    #expect(manifest.training.warmUp == .steps(2))
    #expect(manifest.training.maximumGradientNorm == nil)
    #expect(manifest.training.order == .torch)
    #expect(manifest.training.optimizer.beta2 == 0.95)
    #expect(manifest.training.learningRate == 1e-5)
    #expect(manifest.arms.map(\.name) == ["base", "sft", "eaft", "hard"])
    #expect(manifest.arms[0].treatment == .untouched)
    #expect(manifest.arms[1].treatment == .trained(.crossEntropy, reduction: .microBatchMean))
    #expect(
      manifest.arms[2].treatment
        == .trained(
          try Objective(k: 20, alpha: 0.5, normalizer: .lnK),
          reduction: .tokenWindow))
    #expect(
      manifest.arms[3].treatment
        == .trained(
          try Objective(k: 10, alpha: 2, normalizer: .constant(3)),
          reduction: .tokenWindow))
    #expect(manifest.evaluations.map(\.name) == ["mmlu", "arc", "gsm8k"])
    #expect(manifest.evaluations.map(\.limit) == [3, nil, 5])
    let arc = manifest.evaluations[1]
    #expect(arc.columns.first { $0.column.name == "question" }?.prefix == "Question: ")
    #expect(arc.columns.first { $0.column.name == "choices" }?.path.description == "choices.text")
    #expect(arc.columns.first { $0.column.name == "answer_index" }?.path.description == "doc.gold")
    #expect(arc.columns.first { $0.column.name == "answer_key" } == nil)
    #expect(arc.oneRowPer?.description == "doc.id")
    #expect(manifest.evaluations[2].maximumNewTokens == 32)
    #expect(manifest.expectations == "expected/sample.yaml")
  }

  @Test("An arm with its own reduction is a declared difference")
  func declaresDifferences() throws {
    #expect(
      try ManifestFixtures.valid().declaredDifferences == [
        "The arm 'sft' uses the reduction micro-batch-mean instead of token-window."
      ])
  }

  @Test("Presets have the published values")
  func presetsHavePublishedValues() {
    let values = Objective.Preset.allCases.map(\.objective)
    #expect(values.map(\.k) == [20, 20, 20, 20])
    #expect(values.map(\.alpha) == [0.333, 0.333, 1, 1])
    #expect(values.map(\.normalizer) == [.none, .lnK, .lnK, .constant(3)])
  }

  @Test(
    "Comments, order of keys, quotes, number formats and preset names do not change the canonical form"
  )
  func canonicalFormIgnoresSpelling() throws {
    let text = try ManifestFixtures.validText()
    let digest = try CanonicalJSON.digest(of: ManifestFixtures.valid().canonical)
    var other = text.replacing("learning_rate: 1e-5", with: "learning_rate: 0.00001  # small")
    other = other.replacing(
      "name: sample\ntitle: A sample", with: "title: 'A sample'\nname: sample")
    other = other.replacing("preset: paper", with: "preset: blog-intent")
    other = other.replacing("take: 8", with: "take: 8\n    train_on_inputs: false")
    other = other.replacing(
      "base:\n    train: false\n  sft:\n    objective: cross-entropy\n    reduction: micro-batch-mean",
      with: "sft: {reduction: micro-batch-mean, objective: cross-entropy}\n  base: {train: false}")
    #expect(other != text)
    #expect(try CanonicalJSON.digest(of: ManifestFixtures.decode(other).canonical) == digest)
  }

  @Test("Every value changes the canonical form, but for the interval of checkpoints")
  func canonicalFormHasEveryValue() throws {
    let text = try ManifestFixtures.validText()
    let edits = [
      ("name: sample", "name: other"), ("title: A sample", "title: Another"),
      ("Second line", "Third line"), ("bench-data==1.0", "bench-data==1.1"),
      ("bytes: 1000", "bytes: 1001"),
      ("model.part1", "model.part2"), ("Apache-2.0", "MIT"), ("notes.jsonl", "note.jsonl"),
      ("mmlu.sha256", "list.sha256"), ("still being written", "unfinished"),
      ("chat_template: gemma3", "chat_template: chatml-smollm2"),
      ("[chats, notes]", "[notes, chats]"), ("answer.text", "answer"),
      ("shuffle: numpy", "shuffle: none"),
      ("tokens: 256", "tokens: 255"), ("overlong: drop", "overlong: truncate"),
      ("take: 8", "take: 9"),
      ("take: 8", "take: 8\n    train_on_inputs: true"),
      ("take: 8", "take: 8\n    train_on_end_of_turn: all"), ("[1, 2]", "[2, 1]"),
      ("micro_batch_size: 2", "micro_batch_size: 3"), ("steps: 4", "steps: 5"),
      ("max_steps: 10", "epochs: 10"), ("0.95", "0.96"), ("1e-6", "1e-7"),
      ("training:", "numerics: openblas\ntraining:"),
      ("decay: 0.1", "decay: 0"),
      ("rate: 1e-5", "rate: 2e-5"), ("schedule: cosine", "schedule: linear"),
      ("warmup_steps: 2", "warmup_ratio: 0.2"), ("norm: none", "norm: 1"),
      ("reduction: micro-batch-mean", "reduction: token-window"), ("alpha: 0.5", "alpha: 0.6"),
      ("alpha: 2", "alpha: 3"), ("k: 10", "k: 11"), ("constant: 3.0", "constant: 3.5"),
      ("limit_per_subject: 3", "limit_per_subject: 4"), ("name: arc", "name: arch"),
      ("doc.query", "doc.q"),
      ("\"Question: \"", "\"Q: \""), ("doc.gold", "doc.g"),
      ("one_row_per: doc.id", "one_row_per: id"),
      ("chat_template: true", "chat_template: false"), ("max_new_tokens: 32", "max_new_tokens: 33"),
      ("limit: 5", "limit: 6"),
    ]
    let withOrder = text.replacing("  seeds:", with: "  order: torch\n  seeds:")
    var digests = [try CanonicalJSON.digest(of: ManifestFixtures.decode(withOrder).canonical)]
    for (old, new) in edits {
      let edited = withOrder.replacing(old, with: new, maxReplacements: 1)
      #expect(edited != withOrder, "\(old) is not in the fixture")
      let digest = try CanonicalJSON.digest(of: ManifestFixtures.decode(edited).canonical)
      #expect(!digests.contains(digest), "\(new) changes nothing, or the same as another edit")
      digests.append(digest)
    }
    let checkpoints = withOrder.replacing(
      "checkpoint_every_steps: 5", with: "checkpoint_every_steps: 6")
    #expect(
      try CanonicalJSON.digest(of: ManifestFixtures.decode(checkpoints).canonical) == digests[0])
  }

  @Test("The canonical form of the sample is what it always was")
  func canonicalFormIsGolden() throws {
    let bytes = try CanonicalJSON.encode(ManifestFixtures.valid().canonical)
    let golden = try Data(
      contentsOf: ManifestFixtures.folder().appending(path: "valid.canonical.json"))
    #expect(
      String(decoding: bytes, as: UTF8.self) + "\n" == String(decoding: golden, as: UTF8.self))
  }
}
