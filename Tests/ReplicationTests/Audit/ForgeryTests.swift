import Files
import Foundation
import Scoring
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

/// A kind of forgery: a record changed where it pays, with everything else made to fit.
struct Forgery: Sendable, CustomTestStringConvertible {
  let name: String
  /// The level that has to find it.
  let level: AuditReport.Level
  /// What a finding has to say.
  let words: String
  /// How the toy's manifest has to differ for it, if it has to.
  var manifest: (@Sendable (String) -> String)?
  let change: @Sendable (inout ForgedRecord) throws -> Void

  var testDescription: String { name }

  init(
    _ name: String, _ level: AuditReport.Level, _ words: String,
    manifest: (@Sendable (String) -> String)? = nil,
    _ change: @escaping @Sendable (inout ForgedRecord) throws -> Void
  ) {
    self.name = name
    self.level = level
    self.words = words
    self.manifest = manifest
    self.change = change
  }
}

@Suite("A record that was forged consistently") struct ForgeryTests {
  @Test("is found at the level that should", arguments: Forgery.all)
  func found(_ forgery: Forgery) async throws {
    let toy = try await AuditToy(manifest: forgery.manifest)
    try toy.forge(forgery.change)
    let report = try await toy.audit {
      $0.rescores = true
      $0.reevaluationCount = 1000
      $0.replayCount = 10
      // Going on after a contradiction meets content that no level expects; it takes its time.
      $0.isExhaustive = ProcessInfo.processInfo.environment["REPLICATE_LONG_TESTS"] == "1"
    }
    let failed = report.entries.filter { !$0.findings.isEmpty }
    #expect(failed.first?.level == forgery.level, "\(failed)")
    #expect(report.exitCode == 3)
    let findings = failed.first?.findings ?? []
    #expect(findings.contains { $0.contains(forgery.words) }, "\(findings)")
  }

  /// REPLICATE_AUDIT_RUN is a copy of the artifacts folder of a run of smollm2-135m-math, which is changed; takes minutes.
  @Test(
    "is found in a real model's record where 5 % of one arm's likelihoods differ in the last bit",
    .enabled(if: ProcessInfo.processInfo.environment["REPLICATE_AUDIT_RUN"] != nil))
  func nudgedAnswers() async throws {
    let artifacts = try #require(ProcessInfo.processInfo.environment["REPLICATE_AUDIT_RUN"])
    let run = try AuditToy(manifest: "smollm2-135m-math", artifacts: artifacts)
    var forged: Set<String> = []
    try run.forge { record in
      for evaluation in ["mmlu", "hellaswag", "arc_challenge"] {
        try record.answer(evaluation, ["eaft"]) { sample, index in
          guard index.isMultiple(of: 20) else { return nil }
          forged.insert("document \(sample.documentIndex) of \(sample.task)")
          return .init(response: AuditTests.nudged(sample).response)
        }
      }
    }
    let report = try await run.audit {
      $0.rescores = true
      $0.reevaluationCount = 40
      $0.nonce = [1]
    }
    let findings = report.entries.flatMap(\.findings)
    print("\(forged.count) forged:", report.entries.last?.notes ?? [], findings)
    #expect(report.entries.last?.level == .reevaluation && report.exitCode == 3)
    #expect(!findings.isEmpty)
    for finding in findings {
      #expect(finding.contains("(1 ulp") || finding.contains("1 ulp"), "\(finding)")
      #expect(forged.contains { finding.contains($0) }, "\(finding)")
    }
  }

  @Test("by another engine is not what the manifest asks for, and not computed again here")
  func otherEngine() async throws {
    let toy = try await AuditToy()
    try toy.forge { record in
      for index in record.events.indices {
        guard var session = record.events[index].data.objectValue,
          var parameters = session["internal_parameters"]?.objectValue
        else { continue }
        parameters["engine"] = "abacus"
        session["internal_parameters"] = .object(parameters)
        record.events[index].data = .object(session)
      }
    }
    let report = try await toy.audit {
      $0.rescores = true
      $0.reevaluationCount = 2
      $0.replayCount = 1
      $0.isExhaustive = true
    }
    func entry(_ level: AuditReport.Level) throws -> AuditReport.Entry {
      try #require(report.entries.first { $0.level == level })
    }
    #expect(
      try entry(.completeness).findings == [
        "The manifest asks for the engine 'native', and a session says that 'abacus' computed."
      ])
    for level in [AuditReport.Level.reevaluation, .replay] {
      let entry = try entry(level)
      #expect(!entry.isDone && entry.findings.isEmpty)
      #expect(
        entry.notes == [
          "The engine 'abacus' computed the record; only what the native one computed is computed again here."
        ])
    }
    // What follows from the inputs alone follows from them whatever computed.
    #expect(try entry(.inputs).isDone && entry(.inputs).findings.isEmpty)
  }

  @Test("with numbers beyond all reason is found, and every level goes on")
  func absurdNumbers() async throws {
    let toy = try await AuditToy()
    try toy.forge { record in
      record.change("sft") { $0.steps[19].number = 9_007_199_254_740_991 }
      record.change("eaft") { arm in
        while arm.steps.count < 40 {
          var step = arm.steps[19]
          step.number = arm.steps.count + 1
          arm.steps.append(step)
        }
      }
      let old = record.checkpoints[0]
      record.checkpoints[0] = KeptCheckpoint(
        arm: old.arm, seed: old.seed, step: 9_007_199_254_740_991, byteCount: 9_007_199_254_740_991,
        root: old.root)
      let (name, file) = (record.name("arc_challenge", "base"), record.name("gsm8k", "base"))
      record.samples[name] = record.samples[file]
    }
    let report = try await toy.audit {
      $0.rescores = true
      $0.reevaluationCount = 1000
      $0.replayCount = 10
      $0.isExhaustive = true
    }
    #expect(report.entries.count == AuditReport.Level.allCases.count)
    #expect(report.exitCode == 3)
    let replay = try #require(report.entries.last?.findings)
    #expect(replay.contains { $0.contains("manifest and inputs ask for 20") }, "\(replay)")
  }

  @Test("is the genuine one byte for byte where nothing was changed, and passes")
  func unchanged() async throws {
    let toy = try await AuditToy()
    let genuine = try toy.record()
    try toy.forge { _ in }
    #expect(try toy.record().digest == genuine.digest)
    let report = try await toy.audit {
      $0.rescores = true
      $0.reevaluationCount = 1000
      $0.replayCount = 10
    }
    #expect(report.entries.flatMap(\.findings) == [])
  }

  @Test("that says it is of another platform is compared within a measured tolerance")
  func otherPlatform() async throws {
    func report(_ change: (inout ForgedRecord) throws -> Void) async throws -> AuditReport.Entry {
      let toy = try await AuditToy()
      try toy.forge { record in
        for index in record.events.indices
        where record.events[index].type == RecordedEvent.Kind.session.rawValue {
          var session = record.events[index].data.objectValue
          var test = session?["self_test"]?.objectValue
          var digests = test?["digests"]?.objectValue
          for name in digests?.keys ?? [] { digests?[name] = "0123456789abcdef" }
          test?["digests"] = digests.map(JSON.object)
          session?["self_test"] = test.map(JSON.object)
          record.events[index].data = session.map(JSON.object) ?? .null
        }
        try change(&record)
      }
      let report = try await toy.audit { $0.reevaluationCount = 1000 }
      return try #require(report.entries.first { $0.level == .reevaluation })
    }
    let honest = try await report { _ in }
    #expect(honest.status == .passed, "\(honest)")
    #expect(honest.notes.contains { $0.contains("on the recorded platform is stronger") })
    #expect(honest.notes.contains { $0.contains("8 of 8 generated texts are the same") })
    // What this comparison cannot find it says.
    let nudged = try await report { record in
      try record.answer("hellaswag", ["eaft"]) { sample, _ in
        .init(response: AuditTests.nudged(sample).response)
      }
    }
    #expect(nudged.status == .passed)
    let invented = try await report { record in
      try record.answer("hellaswag", ["eaft"]) { sample, _ in
        .init(response: Forgery.choosing(Int(sample.target) ?? 0, of: sample))
      }
    }
    #expect(invented.findings.count == 12)
    #expect(invented.findings.first?.contains("is what another platform explains") == true)
  }

  @Test("holds where its manifest says epochs, and without a lock beside the manifest")
  func honestEpochs() async throws {
    let toy = try await AuditToy(manifest: Forgery.inEpochs)
    let report = try await toy.audit {
      $0.reevaluationCount = 1000
      $0.replayCount = 10
    }
    #expect(report.entries.flatMap(\.findings) == [])
    #expect(report.exitCode == 0)
  }
}

extension Forgery {
  static let inEpochs: @Sendable (String) -> String = {
    $0.replacing("  max_steps: 20\n", with: "  epochs: 1\n")
  }

  /// The toy as it is; a copy of its manifest has no lock beside it.
  static let withoutLock: @Sendable (String) -> String = { $0 }

  static let all =
    answers + questions + trainings + contents + circumstances

  /// A response that chooses one of the choices beyond doubt.
  static func choosing(_ index: Int, of sample: SampleResult) -> SampleResult.Response? {
    guard case .choices(let choices, let delimiter) = sample.response else { return nil }
    return .choices(
      choices.enumerated().map { position, choice in
        SampleResult.ScoredChoice(
          text: choice.text, logLikelihood: position == index ? -0.5 : -90 - Double(position),
          isGreedy: position == index)
      }, delimiter: delimiter)
  }

  // MARK: - Answers

  private static let answers = [
    Forgery("invented likelihoods that let EAFT win", .reevaluation, "log_likelihood") { record in
      for evaluation in ["mmlu", "hellaswag", "arc_challenge"] {
        try record.answer(evaluation, ["eaft"]) { sample, _ in
          .init(response: choosing(Int(sample.target) ?? 0, of: sample))
        }
      }
    },
    Forgery("one likelihood's last bit", .reevaluation, "document 7 of hellaswag") { record in
      try record.answer("hellaswag", ["eaft"]) { sample, index in
        index == 7 ? .init(response: AuditTests.nudged(sample).response) : nil
      }
    },
    Forgery("invented texts with the right answer", .reevaluation, "gsm8k") { record in
      try record.answer("gsm8k", ["eaft"]) { sample, _ in
        guard case .generation(let generation) = sample.response else { return nil }
        let answer = sample.target.split(separator: " ").last ?? ""
        return .init(
          response: .generation(
            .init(
              "The answer is \(answer).", stopStrings: generation.stopStrings,
              maximumNewTokens: generation.maximumNewTokens)))
      }
    },
    Forgery("the base arm answered by SFT's weights", .reevaluation, "base, document") { record in
      for evaluation in ["mmlu", "hellaswag", "arc_challenge", "gsm8k"] {
        record.samples[record.name(evaluation, "base")] =
          record.samples[record.name(evaluation, "sft")]
      }
    },
    Forgery("the answers of two arms exchanged", .reevaluation, "sft with the seed 42, document") {
      record in
      for evaluation in ["mmlu", "hellaswag", "arc_challenge", "gsm8k"] {
        let (one, other) = (record.name(evaluation, "sft"), record.name(evaluation, "eaft"))
        (record.samples[one], record.samples[other]) = (record.samples[other], record.samples[one])
      }
    },
    Forgery("SFT's weights under EAFT's name", .reevaluation, "eaft with the seed 42, document") {
      record in
      let weights = record.summary.arms[1].digests["weights"]
      record.change("eaft") { $0.digests["weights"] = weights }
    },
    Forgery("scores that the answers do not have", .rescoring, "scorer differs") { record in
      let name = record.name("hellaswag", "eaft")
      record.samples[name] = record.samples[name]?.map { sample in
        SampleResult(
          task: sample.task, documentIndex: sample.documentIndex, prompt: sample.prompt,
          target: sample.target, source: sample.source, response: sample.response,
          truncatedTokens: sample.truncatedTokens, answers: sample.answers,
          scores: sample.scores.map {
            SampleResult.Score(metric: $0.metric, filter: $0.filter, values: [1])
          })
      }
    },
  ]

  // MARK: - Questions

  private static let questions = [
    Forgery("right answers rewritten in one arm", .completeness, "differs in target") { record in
      try record.answer("hellaswag", ["eaft"]) { _, _ in .init(target: "0") }
    },
    Forgery("right answers rewritten in all arms", .inputs, "differs in target") { record in
      try record.answer("hellaswag") { _, _ in .init(target: "0") }
    },
    Forgery("one arm offered only the right choice", .completeness, "differs in choices") {
      record in
      try record.answer("mmlu", ["eaft"]) { sample, _ in
        guard case .choices(let choices, let delimiter) = sample.response else { return nil }
        let right = choices[Int(sample.target) ?? 0]
        return .init(
          target: "0", response: .choices([right, right], delimiter: delimiter))
      }
    },
    Forgery("a choice taken away in all arms", .inputs, "differs in target, choices") { record in
      try record.answer("arc_challenge") { sample, index in
        guard index == 2, case .choices(let choices, let delimiter) = sample.response else {
          return nil
        }
        let kept = choices.enumerated().filter { $0.offset != (sample.target == "0" ? 1 : 0) }
        let target = (Int(sample.target) ?? 0) - (sample.target == "0" ? 0 : 1)
        return .init(
          target: String(target), response: .choices(kept.map(\.element), delimiter: delimiter))
      }
    },
    Forgery("another chat template in all arms", .inputs, "differs in prompt") { record in
      try record.answer("gsm8k") { sample, _ in
        .init(prompt: sample.prompt.replacing("<start_of_turn>", with: "<|im_start|>"))
      }
    },
    Forgery("other examples shown to one arm", .completeness, "differs in prompt") { record in
      try record.answer("mmlu", ["sft"]) { sample, index in
        index == 3 ? .init(prompt: "Hint: it is C.\n\n" + sample.prompt) : nil
      }
    },
    Forgery("longer answers allowed to one arm", .completeness, "differs in length") { record in
      try record.answer("gsm8k", ["eaft"]) { sample, _ in
        guard case .generation(let generation) = sample.response else { return nil }
        return .init(
          response: .generation(
            .init(
              generation.texts[0], stopStrings: generation.stopStrings,
              maximumNewTokens: 2 * generation.maximumNewTokens)))
      }
    },
    Forgery("fewer stop strings in all arms", .inputs, "differs in stop strings") { record in
      try record.answer("gsm8k") { sample, _ in
        guard case .generation(let generation) = sample.response else { return nil }
        return .init(
          response: .generation(
            .init(
              generation.texts[0], stopStrings: Array(generation.stopStrings.dropLast()),
              maximumNewTokens: generation.maximumNewTokens)))
      }
    },
    Forgery("other sources, so that errors are smaller", .completeness, "differs in source") {
      record in
      try record.answer("hellaswag", ["eaft"]) { _, index in .init(source: "s\(index)") }
    },
    Forgery("a prompt that is said to be cut off", .inputs, "truncated tokens") { record in
      try record.answer("mmlu") { _, index in index == 0 ? .init(truncatedTokens: 5) : nil }
    },
    Forgery("documents dropped in lock and samples", .completeness, "tiny.lock.json locked") {
      try dropDocuments(&$0)
    },
    Forgery(
      "the same without a lock beside the manifest", .inputs, "the inputs hold 12",
      manifest: withoutLock
    ) {
      try dropDocuments(&$0)
    },
    Forgery("a document twice", .completeness, "already a sample of the document") { record in
      for arm in ["base", "sft", "eaft"] {
        let name = record.name("arc_challenge", arm)
        guard let samples = record.samples[name] else { continue }
        record.samples[name] = samples.dropLast() + [samples[0]]
      }
    },
    Forgery("documents in another order in one arm", .completeness, "differs in document") {
      let name = $0.name("arc_challenge", "sft")
      $0.samples[name]?.reverse()
    },
  ]

  /// Drops the last documents of an evaluation everywhere, its lock included.
  private static func dropDocuments(_ record: inout ForgedRecord) throws {
    for arm in ["base", "sft", "eaft"] {
      record.samples[record.name("hellaswag", arm)]?.removeLast(4)
    }
    let bytes = try #require(record.files[RecordFile.lock])
    let text = String(decoding: bytes, as: UTF8.self)
      .replacing(
        "{\"evaluation\":\"hellaswag\",\"n\":12", with: "{\"evaluation\":\"hellaswag\",\"n\":8")
    record.files[RecordFile.lock] = Array(text.utf8)
  }

  // MARK: - Training

  private static let trainings = [
    Forgery("a training stopped early", .completeness, "trained for 15 steps") { record in
      stopEarly(&record)
    },
    Forgery(
      "a training stopped early where the manifest says epochs", .inputs,
      "was trained for 15 steps",
      manifest: inEpochs
    ) { stopEarly(&$0) },
    Forgery("one arm trained for longer", .completeness, "same number of steps", manifest: inEpochs)
    {
      record in
      record.change("sft") { $0.steps.removeLast() }
    },
    Forgery("other batches in an unkept segment", .inputs, "another batch") { record in
      record.changeSteps {
        if $0.number == 14 { $0.batchDigest = SHA256.digest(of: "test data") }
      }
    },
    Forgery("another batch in one arm", .completeness, "had another batch") { record in
      record.change("eaft") { $0.steps[4].batchDigest = SHA256.digest(of: "other") }
    },
    Forgery("another learning rate in all arms", .inputs, "learning_rate") { record in
      record.changeSteps { $0.values["learning_rate"]? *= 1.5 }
    },
    Forgery("another number of learned tokens in one arm", .completeness, "number of tokens") {
      $0.change("sft") { $0.steps[2].values["trainable_tokens"]? += 1 }
    },
    Forgery("another number of learned tokens in all arms", .inputs, "trainable_tokens") { record in
      record.changeSteps { $0.values["trainable_tokens"]? += 1 }
    },
    Forgery("other examples in all arms", .inputs, "other examples") { record in
      for arm in ["sft", "eaft"] {
        record.change(arm) { $0.digests["prepared_examples"] = SHA256.digest(of: "test data") }
      }
    },
    Forgery("a smoother loss", .replay, "arm 'eaft', seed 42, step 1") { record in
      record.change("eaft") { arm in
        for index in arm.steps.indices {
          arm.steps[index].values["loss"]? *= 0.5
          arm.steps[index].values["cross_entropy"]? *= 0.5
        }
      }
    },
    Forgery("a loss that is no number", .completeness, "no finite number") { record in
      record.change("eaft") { $0.steps[3].values["weight"] = .nan }
    },
    Forgery("a value that no step has", .completeness, "has one too many") { record in
      record.change("eaft") { $0.steps[3].values["reward"] = 1 }
    },
    Forgery("steps of which the log tells nothing", .completeness, "tells nothing of step 7") {
      record in
      record.events.removeAll {
        $0.type == RecordedEvent.Kind.trainingStep.rawValue && $0.data["step"]?["step"] == 7
      }
    },
    Forgery("a log that tells of other steps", .completeness, "tells another step") { record in
      record.followsResults = false
      record.change("sft") { $0.steps[5].values["loss"] = 0.25 }
    },
    Forgery("a kept checkpoint left out", .completeness, "keeps no checkpoint of eaft") { record in
      record.checkpoints.removeAll { $0.arm == "eaft" }
    },
    Forgery("a checkpoint listed twice", .completeness, "lists the checkpoint of sft") { record in
      record.checkpoints.insert(record.checkpoints[0], at: 0)
    },
    Forgery("a checkpoint after another step", .completeness, "does not ask for") { record in
      let old = record.checkpoints[0]
      record.checkpoints[0] = KeptCheckpoint(
        arm: old.arm, seed: old.seed, step: 5, byteCount: old.byteCount, root: old.root)
    },
    Forgery("another training's checkpoint", .replay, "cannot be executed again as recorded") {
      record in
      let (own, other) = (record.checkpoints[0], record.checkpoints[1])
      record.checkpoints[0] = KeptCheckpoint(
        arm: own.arm, seed: own.seed, step: own.step, byteCount: other.byteCount, root: other.root)
    },
  ]

  private static func stopEarly(_ record: inout ForgedRecord) {
    for arm in ["sft", "eaft"] { record.change(arm) { $0.steps = Array($0.steps.prefix(15)) } }
    record.checkpoints.removeAll { $0.step >= 15 }
  }

  // MARK: - Contents

  private static let contents = [
    Forgery("an arm left out", .completeness, "no results of eaft with the seed 42") { record in
      record.summary.arms.removeLast()
      for name in record.samples.keys where name.contains(".eaft.") {
        record.samples[name] = nil
      }
      record.checkpoints.removeAll { $0.arm == "eaft" }
    },
    Forgery("an arm more", .completeness, "results of best with the seed 42, which") { record in
      var arm = record.summary.arms[2]
      arm.name = "best"
      record.summary.arms.append(arm)
      for evaluation in ["mmlu", "hellaswag", "arc_challenge", "gsm8k"] {
        record.samples[record.name(evaluation, "best")] =
          record.samples[record.name(evaluation, "eaft")]
      }
    },
    Forgery("an arm twice", .completeness, "more than once") { record in
      record.summary.arms.append(record.summary.arms[2])
    },
    Forgery("arms in another order", .completeness, "not in the order of the manifest") {
      $0.summary.arms.swapAt(1, 2)
    },
    Forgery("another seed", .completeness, "no results of sft with the seed 42") { record in
      record.change("sft") { $0.seed = 43 }
    },
    Forgery("an untouched model with weights of its own", .completeness, "has none of its own") {
      record in
      let weights = record.summary.arms[1].digests["weights"]
      record.change("base") { $0.digests["weights"] = weights }
    },
    Forgery("a better score than the samples have", .metrics, "mmlu") { record in
      record.followsResults = false
      record.change("eaft") { $0.metrics[0].value += 0.0625 }
    },
    Forgery("a smaller error than the samples have", .metrics, "standard error") { record in
      record.followsResults = false
      record.change("eaft") { $0.metrics[0].standardError = 0.001 }
    },
    Forgery("a score without samples", .metrics, "of which there are no samples") { record in
      record.followsResults = false
      record.change("eaft") { arm in
        arm.metrics.append(
          RunSummary.Metric(task: "aime24", name: "acc", value: 1, standardError: nil, count: 30))
      }
    },
    Forgery("a score twice", .metrics, "more than once") { record in
      record.followsResults = false
      record.change("eaft") { $0.metrics.append($0.metrics[0]) }
    },
    Forgery("a file more", .completeness, "notes.txt is no file") { record in
      record.files["notes.txt"] = Array("EAFT wins.".utf8)
    },
    Forgery("an evaluation more", .completeness, "aime24.eaft.42.jsonl is no file") { record in
      record.files["samples/aime24.eaft.42.jsonl"] = Array("{}\n".utf8)
    },
    Forgery("an evaluation left out in one arm", .completeness, "no samples of eaft") { record in
      record.samples[record.name("gsm8k", "eaft")] = nil
    },
    Forgery("invented details", .completeness, "hold details") { record in
      record.summary.details = ["verdict": "REPRODUCED"]
    },
    Forgery("the lock left out", .completeness, "lock.json") { $0.files[RecordFile.lock] = nil },
    Forgery("another scorer in the lock", .completeness, "The scorer: locked") { record in
      let text = String(decoding: record.files[RecordFile.lock] ?? [], as: UTF8.self)
      record.files[RecordFile.lock] = Array(text.replacing("revision 1", with: "revision 0").utf8)
    },
  ]

  // MARK: - Circumstances

  private static let circumstances = [
    Forgery("another manifest", .completeness, "is not the manifest") { record in
      try exchange(RecordFile.manifest, in: &record) {
        $0.replacing("learning_rate: 5.0e-3", with: "learning_rate: 1.0e-3")
      }
    },
    Forgery("looser expectations", .completeness, "was not locked to what you hold") { record in
      try exchange(RecordFile.expectations, in: &record) { $0 + "\n# looser\n" }
    },
    Forgery("another identity", .completeness, "identity was made from") { record in
      var basis = record.basis.objectValue
      basis?["inputs"] = []
      record.basis = basis.map(JSON.object) ?? .null
    },
    Forgery("another model in the identity", .inputs, "identity.common.model") { record in
      var (basis, common) = (record.basis.objectValue, record.basis["common"]?.objectValue)
      common?["model"] = ["pretrained": "0"]
      basis?["common"] = common.map(JSON.object)
      record.basis = basis.map(JSON.object) ?? .null
    },
    Forgery("another input than the pinned one", .completeness, "than the manifest pins") {
      record in
      let other = JSON(SHA256.digest(of: "other"))
      var found: JSON?
      for index in record.events.indices
      where record.events[index].type == RecordedEvent.Kind.inputs.rawValue {
        var files = record.events[index].data.arrayValue ?? []
        for file in files.indices where files[file]["asset"] == "train" {
          found = files[file]["sha256"]
          var object = files[file].objectValue
          object?["sha256"] = other
          files[file] = object.map(JSON.object) ?? .null
        }
        record.events[index].data = .array(files)
      }
      var basis = record.basis.objectValue
      basis?["inputs"] = .array(
        (record.basis["inputs"]?.arrayValue ?? []).map { $0 == found ? other : $0 })
      record.basis = basis.map(JSON.object) ?? .null
    },
    Forgery("times that run backwards", .completeness, "is before that of the line above") {
      $0.events[9].time = "2020-01-01T00:00:00.000Z"
    },
    Forgery("a time that is none", .completeness, "is not a time") {
      $0.events[9].time = "yesterday"
    },
  ]

  /// Exchanges a file that lock and identity commit to, and both with it.
  private static func exchange(
    _ name: String, in record: inout ForgedRecord, _ change: (String) -> String
  ) throws {
    let old = try #require(record.files[name])
    let new = Array(change(String(decoding: old, as: UTF8.self)).utf8)
    record.files[name] = new
    var (before, after) = (SHA256.digest(of: old), SHA256.digest(of: new))
    if name == RecordFile.manifest {
      let manifest = try ManifestDecoder.decode(new, name: name)
      before = try CanonicalJSON.digest(of: try ManifestDecoder.decode(old, name: name).canonical)
      after = try CanonicalJSON.digest(of: manifest.canonical)
      var basis = record.basis.objectValue
      basis?["manifest"] = manifest.canonical
      record.basis = basis.map(JSON.object) ?? .null
    }
    let lock = String(decoding: try #require(record.files[RecordFile.lock]), as: UTF8.self)
    record.files[RecordFile.lock] = Array(lock.replacing(before.hex, with: after.hex).utf8)
  }
}
