import Files
import Foundation
import Recipes
import Scoring
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Assets
@testable import Manifests

struct ManifestTests {
  @Test("An arm may have a learning rate of its own, which is said and is part of what it is")
  func ownLearningRate() throws {
    let text = try ManifestFixtures.validText()
    let plain = try ManifestFixtures.decode(text)
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "m.yaml")
    let own = try ManifestFile.read(path, overrides: ["arms.sft.learning_rate=2.0e-6"]).manifest
    func configuration(_ manifest: Manifest, _ arm: Int) throws -> TrainingConfiguration {
      try #require(manifest.training.configuration(of: manifest.arms[arm].treatment, seed: 1))
    }
    #expect(try configuration(own, 1).learningRate == 2e-6)
    #expect(try configuration(own, 2).learningRate == 1e-5)
    #expect(try configuration(plain, 1) != configuration(own, 1))
    #expect(
      own.declaredDifferences.contains(
        "The arm 'sft' uses the learning rate 2e-06 instead of 1e-05."))
    #expect(plain.arms[1].treatment.canonical != own.arms[1].treatment.canonical)
    #expect(throws: ManifestError.self) {
      try ManifestFile.read(path, overrides: ["arms.base.learning_rate=2.0e-6"])
    }
  }

  @Test("An arm may have a precision of its own, which is said and is part of what it is")
  func ownPrecision() throws {
    let text = try ManifestFixtures.validText()
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "m.yaml")
    let plain = try ManifestFile.read(path).manifest
    let set = ["arms.sft.precision=bf16-weights"]
    let own = try ManifestFile.read(path, overrides: set).manifest
    let configurations = own.arms.map {
      own.training.configuration(of: $0.treatment, seed: 1)?.precision
    }
    #expect(configurations == [nil, .bfloat16, .float32, .float32])
    #expect(
      own.declaredDifferences.contains(
        "The arm 'sft' uses the precision bf16-weights instead of fp32."))
    #expect(plain.arms[1].treatment.canonical != own.arms[1].treatment.canonical)
    #expect(plain.arithmetic == "fp32, portable")
    #expect(own.arithmetic == "fp32, portable; sft trained in bf16-weights")
    let all = try ManifestFile.read(path, overrides: ["training.precision=bf16-mixed"] + set)
    #expect(
      all.manifest.arithmetic
        == "fp32, portable; eaft, hard trained in bf16-mixed; sft trained in bf16-weights")
    let shared = try ManifestFile.read(path, overrides: ["training.precision=bf16-mixed"])
    #expect(shared.manifest.precisionClause == "trained in bf16-mixed")
    let amx = try ManifestFile.read(
      path, overrides: ["training.precision=bf16-mixed", "numerics=amx"])
    #expect(
      amx.manifest.arithmetic
        == "fp32, portable, products of bfloat16 as AMX adds them up; trained in bf16-mixed")

    #expect(throws: ManifestError.self) {
      try ManifestFile.read(path, overrides: ["arms.base.precision=fp32"])
    }
    #expect(throws: ManifestError.self) {
      try ManifestFile.read(path, overrides: ["numerics=openblas"] + set)
    }
    let axolotl = try ManifestFile.read(path, overrides: ["engine=axolotl"] + set)
    let error = #expect(throws: ManifestError.self) { try axolotl.selecting(arms: []) }
    #expect("\(String(describing: error))".contains("Axolotl is told 'axolotl.precision'"))
  }

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
    let settings = manifest.training.settings
    #expect(settings.maximumSteps == 10)
    #expect(settings.warmUp == .steps(2))
    #expect(settings.maximumGradientNorm == nil)
    #expect(settings.order == .torch)
    #expect(settings.optimizer.beta2 == 0.95)
    #expect(settings.learningRate == 1e-5)
    #expect(settings.ranks == 1)
    #expect(manifest.arms.map(\.name) == ["base", "sft", "eaft", "hard"])
    #expect(manifest.arms[0].treatment == .untouched)
    #expect(manifest.arms[1].treatment == .trained(.crossEntropy, reduction: .microBatchMean))
    #expect(
      manifest.arms[2].treatment
        == .trained(
          .entropyGated(try EntropyGate(k: 20, alpha: 0.5, normalizer: .lnK)),
          reduction: .tokenWindow))
    #expect(
      manifest.arms[3].treatment
        == .trained(
          .entropyGated(try EntropyGate(k: 10, alpha: 2, normalizer: .constant(3))),
          reduction: .tokenWindow))
    #expect(manifest.evaluations.map(\.name) == ["mmlu", "arc", "gsm8k"])
    #expect(manifest.evaluations.map(\.limit) == [3, nil, 5])
    let arc = manifest.evaluations[1]
    #expect(arc.columns.first { $0.column.name == "question" }?.rule.prefix == "Question: ")
    #expect(
      arc.columns.first { $0.column.name == "choices" }?.rule.path.description == "choices.text")
    #expect(
      arc.columns.first { $0.column.name == "answer_index" }?.rule.path.description == "doc.gold")
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

  @Test("Presets have the published values, and their former names are still read")
  func presetsHavePublishedValues() throws {
    let presets = Objective.presets(of: "eaft")
    #expect(
      presets.map(\.name) == ["axolotl-0.14", "blog-intent", "paper", "llamafactory-0.9.5"])
    let gates = try [
      EntropyGate(k: 20, alpha: 0.333, normalizer: .none),
      EntropyGate(k: 20, alpha: 0.333, normalizer: .lnK),
      EntropyGate(k: 20, alpha: 1, normalizer: .lnK),
      EntropyGate(k: 20, alpha: 1, normalizer: .constant(3)),
    ]
    #expect(presets.map(\.objective) == gates.map(Objective.entropyGated))
    for preset in presets {
      for name in [preset.name, preset.formerName].compactMap(\.self) {
        let arm = try arm("objective: eaft\n    preset: \(name)")
        #expect(arm.treatment == .trained(preset.objective, reduction: .tokenWindow))
      }
    }
  }

  /// The second arm of the sample, with other keys.
  private func arm(_ keys: String, training: String = "") throws -> Manifest.Arm {
    let text = try ManifestFixtures.validText()
      .replacing("objective: cross-entropy\n    reduction: micro-batch-mean", with: keys)
      .replacing("  seeds:", with: training + "  seeds:")
    return try ManifestFixtures.decode(text).arms[1]
  }

  @Test("Every objective is read, and written with its own values")
  func readsObjectives() throws {
    for (keys, objective, canonical) in [
      (
        "objective: dft", .probabilityWeighted,
        #"{"objective":"dft","reduction":"token-window"}"#
      ),
      (
        "objective: masked\n    preset: paper\n    entropy_quantile: 0.25",
        .masked(try ConflictMask(k: 20, entropyQuantile: 0.25, probabilityQuantile: 0.15)),
        #"{"entropy_quantile":0.25,"k":20,"objective":"masked","probability_quantile":0.15,"reduction":"token-window"}"#
      ),
      (
        "objective: eaft\n    k: 20\n    alpha: 0\n    normalizer: none", .entropyGated(.open),
        #"{"objective":"cross-entropy","reduction":"token-window"}"#
      ),
    ] as [(String, Objective, String)] {
      let treatment = try arm(keys).treatment
      #expect(treatment == .trained(objective, reduction: .tokenWindow))
      let bytes = try CanonicalJSON.encode(treatment.canonical)
      #expect(String(decoding: bytes, as: UTF8.self) == canonical)
    }
  }

  @Test("A reduction may be named by whose it is, and depends on the objective and the processes")
  func readsReductionPresets() throws {
    for (reduction, ranks, expected) in [
      ("axolotl-0.14", 1, .tokenWindow), ("axolotl-0.16", 1, .microBatchMean),
      ("axolotl-0.20", 1, .tokenWindow), ("axolotl-0.20", 2, .rankMean),
      ("axolotl-0.16", 2, .microBatchMean), ("rank-mean", 2, .rankMean),
      ("token-window", 2, .tokenWindow),
    ] as [(String, Int, Reduction)] {
      let training = "  reduction: \(reduction)\n  ranks: \(ranks)\n"
      let arm = try arm("objective: cross-entropy", training: training)
      #expect(arm.treatment == .trained(.crossEntropy, reduction: expected))
      let own = try self.arm(
        "objective: cross-entropy\n    reduction: \(reduction)", training: "  ranks: \(ranks)\n")
      #expect(own.treatment == arm.treatment)
    }
    let text = try ManifestFixtures.validText()
      .replacing("    reduction: micro-batch-mean\n", with: "")
      .replacing("  seeds:", with: "  reduction: axolotl-0.16\n  ranks: 2\n  seeds:")
    let manifest = try ManifestFixtures.decode(text)
    #expect(
      manifest.declaredDifferences == [
        "The arm 'sft' uses the reduction micro-batch-mean instead of rank-mean."
      ])
    let written = String(
      decoding: try CanonicalJSON.encode(manifest.training.canonical), as: UTF8.self)
    #expect(written.contains(#""ranks":2,"reduction":"rank-mean""#))
  }

  @Test("A precision is part of the canonical form where it is not fp32")
  func readsPrecision() throws {
    let plain = try ManifestFixtures.valid()
    for precision in TrainingPrecision.allCases {
      let manifest = try ManifestFixtures.decode(
        ManifestFixtures.validText().replacing(
          "  schedule: cosine\n",
          with: "  schedule: cosine\n  precision: \(precision.rawValue)\n"))
      #expect(manifest.training.settings.precision == precision)
      let written = String(
        decoding: try CanonicalJSON.encode(manifest.training.canonical), as: UTF8.self)
      #expect(
        written.contains(#""precision":"\#(precision.rawValue)""#) == (precision != .float32))
      #expect((manifest.training.canonical == plain.training.canonical) == (precision == .float32))
    }
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
    let edits =
      [
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
        ("ranks: 2", "ranks: 3"),
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
        ("chat_template: true", "chat_template: false"),
        ("max_new_tokens: 32", "max_new_tokens: 33"),
        ("limit: 5", "limit: 6"),
      ]
      + [
        "{count: 1, temperature: 0}", "{count: 1, temperature: 1, seed: 0}",
        "{count: 2, temperature: 1, seed: 0}", "{count: 2, temperature: 0.5, seed: 0}",
        "{count: 2, temperature: 1, seed: 1}", "{count: 2, temperature: 1, seed: 0, top_p: 0.9}",
      ].map { ("limit: 5", "limit: 5\n      samples: \($0)") }
    let withOrder = text.replacing("  seeds:", with: "  order: torch\n  ranks: 2\n  seeds:")
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

  @Test("How answers are drawn is read, and all tokens are drawn from unless it says otherwise")
  func samples() throws {
    let text = try ManifestFixtures.validText()
    func evaluation(_ samples: String) throws -> Manifest.Evaluation {
      try ManifestFixtures.decode(
        text.replacing("limit: 5", with: "limit: 5\n      samples: \(samples)")
      ).evaluations[2]
    }
    #expect(try ManifestFixtures.valid().evaluations.allSatisfy { $0.sampling == nil })
    let drawn = try evaluation("{seed: 4294967295, temperature: 6e-1, count: 8}")
    #expect(
      drawn.sampling == AnswerSampling(count: 8, temperature: 0.6, topP: 1, seed: 4_294_967_295))
    #expect(
      drawn.canonical["samples"]
        == ["count": 8, "temperature": 0.6, "top_p": 1, "seed": 4_294_967_295])
    let greedy = try evaluation("{count: 1, temperature: 0.0}")
    #expect(greedy.sampling == .greedy)
    #expect(greedy.canonical["samples"] == ["count": 1, "temperature": 0])
  }

  @Test("The engine that was there before others has no place in the canonical form")
  func engine() throws {
    let text = try ManifestFixtures.validText()
    let (named, unnamed) = try (
      ManifestFixtures.decode("engine: native\n" + text), ManifestFixtures.decode(text)
    )
    #expect(named.engine == .native && named == unnamed)
    #expect(named.canonical == (try ManifestFixtures.valid().canonical))
  }

  @Test("The canonical form of the sample is what it always was")
  func canonicalFormIsGolden() throws {
    let bytes = try CanonicalJSON.encode(ManifestFixtures.valid().canonical)
    let golden = try Data(
      contentsOf: ManifestFixtures.folder.appending(path: "valid.canonical.json"))
    #expect(
      String(decoding: bytes, as: UTF8.self) + "\n" == String(decoding: golden, as: UTF8.self))
  }
}
