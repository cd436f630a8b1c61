import Files
import Foundation
import Recipes
import Scoring
import Synchronization
import Tensors
import TestSupport
import Testing
import Training

@testable import Assets
@testable import Manifests
@testable import Records
@testable import Replication

@Suite("An audit") struct AuditTests {
  @Test("finds an honest record intact on every level, whatever the nonce")
  func honest() async throws {
    let toy = try await AuditToy()
    let report = try await toy.audit {
      $0.rescores = true
      $0.reevaluationCount = 1000
      $0.replayCount = 2
      $0.nonce = [1, 2, 3]
    }
    #expect(report.exitCode == 0)
    #expect(report.entries.flatMap(\.findings) == [])
    let done = report.entries.filter { $0.status == .passed }.map(\.level)
    #expect(done == AuditReport.Level.allCases.filter { $0 != .anchor })
    #expect(report.judgement?.status == .reproduced)
    let replay = try #require(report.entries.last)
    #expect(replay.notes[0].contains("4 of 4 segments, every bit as recorded"))
    #expect(replay.notes[1].contains("010203"))
    #expect(replay.notes[2].contains("All segments were executed"))
    let answers = try #require(report.entries.first { $0.level == .reevaluation })
    #expect(answers.notes[0].contains("48 of 48 documents"))
    #expect(answers.notes[0].contains("every bit as recorded"))
    #expect(answers.notes[2].contains("5 % (2) with 100.0 %"))
  }

  @Test("says what it did not do: neither scores nor training unless asked")
  func frugal() async throws {
    let report = try await AuditToy().audit()
    #expect(report.isIntact)
    let skipped = report.entries.filter { $0.status == .skipped }.map(\.level)
    #expect(skipped.filter { $0 != .anchor } == [.rescoring, .reevaluation, .replay])
  }

  @Test(
    "finds one weight off by one unit in the last place, and names the first step after it",
    arguments: [13, 19])
  func nudgedStep(_ step: Int) async throws {
    let toy = try await AuditToy()
    try await toy.forgeTraining(of: "eaft", nudgingAfter: step)
    // Nothing that only reads can tell.
    #expect(try await toy.audit { $0.rescores = true }.isIntact)
    let report = try await toy.audit { $0.replayCount = 2 }
    #expect(report.exitCode == 3)
    let findings = report.entries.flatMap(\.findings)
    #expect(findings.count == 1)
    #expect(findings[0].contains("arm 'eaft', seed 42, step \(step + 1):"))
  }

  /// REPLICATE_AUDIT_RUN is a copy of the artifacts folder of a run of smollm2-135m-math, which is changed; takes minutes.
  @Test(
    "finds one weight of a real model off by one unit in the last place",
    .enabled(if: ProcessInfo.processInfo.environment["REPLICATE_AUDIT_RUN"] != nil))
  func nudgedModel() async throws {
    let artifacts = try #require(ProcessInfo.processInfo.environment["REPLICATE_AUDIT_RUN"])
    let run = try AuditToy(manifest: "smollm2-135m-math", artifacts: artifacts)
    try await run.forgeTraining(of: "eaft", nudgingAfter: 11)
    let report = try await run.audit { $0.replayCount = 2 }
    let findings = report.entries.flatMap(\.findings)
    print(findings.joined(separator: "\n"))
    #expect(report.exitCode == 3)
    #expect(findings.count == 1 && findings[0].contains("arm 'eaft', seed 42, step 12:"))
  }

  @Test("finds the nudge after the last step in the tensor that it was done to")
  func nudgedWeights() async throws {
    let toy = try await AuditToy()
    try await toy.forgeTraining(of: "sft", nudgingAfter: 20)
    let report = try await toy.audit { $0.replayCount = 2 }
    let finding = try #require(report.entries.flatMap(\.findings).first)
    #expect(finding.contains("arm 'sft', seed 42, after step 20"))
    #expect(finding.contains("v_proj") && finding.contains("1 of ") && finding.contains("(1 ulp"))
  }

  @Test("names a kept checkpoint that was changed, and replays from the start without it")
  func checkpoints() async throws {
    let toy = try await AuditToy()
    let checkpoint = try #require(try toy.record().checkpoints.first)
    let path = toy.checkpoints.path(of: checkpoint.root)
    let whole = try OpenFile.contents(of: path)
    var changed = whole
    changed[changed.count - 1] ^= 1
    try Data(changed).write(to: URL(filePath: path))
    let report = try await toy.audit()
    #expect(report.entries.last?.level == .artifacts)
    #expect(report.entries.last?.findings.first?.contains(path) == true)

    try FileManager.default.removeItem(atPath: path)
    let replayed = try await toy.audit { $0.replayCount = 10 }
    #expect(replayed.isIntact)
    #expect(replayed.entries.last?.notes[0].contains("steps 1 to 20") == true)
  }

  @Test("is told of another manifest than the record's, and of none at all")
  func manifests() async throws {
    let toy = try await AuditToy()
    func audit(_ manifest: ManifestFile?) async throws -> AuditReport {
      var options = Audit.Options()
      options.replayCount = 1
      options.isExhaustive = true
      return try await Audit(
        toy.id, manifest: { _ in manifest }, run: toy.options, options: options, report: { _ in }
      ).report()
    }
    let other = try await audit(toy.file.shortened(steps: 3))
    #expect(other.exitCode == 3)
    let completeness = try #require(other.entries.first { $0.level == .completeness })
    #expect(completeness.findings[0].contains("is not the manifest \(toy.file.path)"))
    #expect(completeness.findings[0].contains("training.max_steps"), "\(completeness.findings)")

    let none = try await audit(nil)
    #expect(none.exitCode == 7 && none.isIntact)
    #expect(none.entries.last?.status == .unavailable)
    #expect(none.entries[2].notes[0].contains("its own copy, which its maker chose"))
  }

  @Test("says what cannot be checked here, and holds nothing of it against the record")
  func unavailable() async throws {
    let toy = try await AuditToy()
    let weights = try #require(try toy.record().summary.arms[2].digests["weights"])
    try FileManager.default.removeItem(atPath: toy.store.path(of: weights))
    let report = try await toy.audit { $0.reevaluationCount = 3 }
    #expect(report.isIntact && report.exitCode == 7)
    let entry = try #require(report.entries.first { $0.level == .reevaluation })
    #expect(entry.obstacle?.contains("the weights of eaft with the seed 42") == true)
    #expect(entry.notes[0].contains("base, sft with the seed 42"))
  }

  @Test(
    "finds in a run the checkpoints that its manifest asks for, whatever an earlier run of the training kept"
  )
  func otherCheckpoints() async throws {
    let toy = try await AuditToy()
    let manifests = toy.folder.path(of: "manifests")
    try FileManager.default.copyItem(atPath: Checkout.manifests, toPath: manifests)
    let path = "\(manifests)/tiny.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacing("keep_checkpoint_every_steps: 10", with: "keep_checkpoint_every_steps: 5")
      .replacing("limit: 8", with: "limit: 7")
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.removeItem(atPath: "\(manifests)/tiny.lock.json")
    let file = try ManifestFile.read(path)
    let notes = Mutex<[String]>([])
    let outcome = try await Runner(file, options: toy.options) { event in
      if case .note(let note) = event { notes.withLock { $0.append(note) } }
    }.run()
    #expect(outcome.record.checkpoints.map(\.step) == [5, 10, 15, 5, 10, 15])
    #expect(notes.withLock { $0 }.contains { $0.contains("other checkpoints of it were kept") })
    let report = try await Audit(
      outcome.record.id, manifest: { _ in file }, run: toy.options, options: Audit.Options(),
      report: { _ in }
    ).report()
    #expect(report.entries.flatMap(\.findings) == [])
  }

  @Test("prepares the training data itself, whatever the received folder holds of it")
  func poisonedPreparation() async throws {
    let toy = try await AuditToy()
    let record = try toy.record()
    let cache = StepCache(artifacts: toy.options.artifacts)
    let prepared = try #require(
      try cache.entries().first { $0.result?.outputs["tokens"] != nil })
    // A whole table, of other examples, in the place of the one that the run used.
    var writer = TokenTableWriter()
    for id in Int32(1)...64 {
      writer.append(TrainingExample(inputIDs: [id, id], labels: [-100, id]), fullCount: 2)
    }
    writer.finish()
    let bytes = writer.takeBytes()
    let place = toy.store.place(of: SHA256.digest(of: bytes))
    try place.parent.createFolder()
    try AtomicFile.write(bytes, to: place)
    try cache.store(
      StepResult(outputs: ["tokens": SHA256.digest(of: bytes)], details: [:]), for: prepared.key)
    for choice in try cache.entries() where choice.result?.details["examples"] != nil {
      try cache.store(
        StepResult(outputs: [:], details: ["examples": JSON(SHA256.digest(of: "other"))]),
        for: choice.key)
    }
    for isBringing in [false, true] {
      let inputs = try await AuditInputs(
        AuditedManifest(record, auditor: toy.file), options: toy.options, downloading: isBringing,
        report: { _ in })
      let digest = try inputs.inputs.prepared(42).digest
      #expect(record.summary.arms.last?.digests["prepared_examples"] == digest)
    }
    let report = try await Audit(
      record.id, manifest: { _ in toy.file }, run: toy.options,
      options: Audit.Options(), report: { _ in }
    ).report()
    #expect(report.entries.flatMap(\.findings) == [])
  }

  @Test("takes values that were set for a run for another run of the same manifest")
  func scaledDown() async throws {
    let toy = try await AuditToy()
    let overrides = ["training.max_steps=4", "evaluation.*.limit=2"]
    let file = try ManifestFile.read(toy.file.path, overrides: overrides)
    let outcome = try await Runner(file, options: toy.options) { _ in }.run()
    #expect(outcome.judgement == nil && outcome.overrides == overrides)
    // The auditor holds the manifest as it stands.
    let report = try await Audit(
      outcome.record.id, manifest: { _ in toy.file }, run: toy.options, options: Audit.Options(),
      report: { _ in }
    ).report()
    #expect(report.entries.flatMap(\.findings) == [])
    let notes = report.entries.flatMap(\.notes).joined(separator: " ")
    #expect(notes.contains("with training.max_steps=4, evaluation.*.limit=2 set in it"))
    #expect(!notes.contains("By the expectations"))
    #expect(throws: RunError.self) {
      _ = try RecordCheck(
        [outcome.record.path], artifacts: toy.options.artifacts,
        expectations: try toy.file.expectationsPath.map(ExperimentFile.read))
    }
  }

  @Test("answers documents as often as a forger's share of them says")
  func detectionRates() async throws {
    let toy = try await AuditToy()
    let record = try toy.record()
    let inputs = try await AuditInputs(
      AuditedManifest(record, auditor: toy.file), options: toy.options, downloading: false,
      report: { _ in })
    let reevaluation = try DocumentReevaluation(record, inputs, store: toy.store)
    let places = reevaluation.places
    let arm = try #require(record.summary.arms.last)
    let loaded = try reevaluation.model(of: arm)
    let count = 12
    for share in [1, 5, 20] {
      let altered = max(1, (places.count * share + 50) / 100)
      // One unit in the last place of what the model says of the first documents.
      let forged = try places.prefix(altered).map { place in
        Self.nudged(try #require(reevaluation.recorded(place, of: arm)))
      }
      var found = 0
      for nonce in 0..<200 {
        // Not the record's own digest, which is another one in each run of this test.
        let challenge = AuditChallenge(
          record: SHA256.digest(of: "record"), nonce: [UInt8(nonce), UInt8(share)],
          subject: "documents")
        let chosen = challenge.draws(of: count, from: places.count)
        let met = chosen.filter { $0 < altered }
        guard !met.isEmpty else { continue }
        let answers = try reevaluation.answers(
          to: met.map { places[$0] }, of: arm, loaded, numerics: .portable)
        let differences = try zip(met, answers).compactMap { index, answer in
          try reevaluation.difference(answer, from: forged[index], of: arm, at: places[index])
        }
        #expect(differences.count == met.count)
        found += differences.isEmpty ? 0 : 1
      }
      let stated = AuditChallenge.detectionProbability(
        count: count, total: places.count, altered: altered)
      let error = (stated * (1 - stated) / 200).squareRoot()
      print("\(share) %: \(altered) of \(places.count), stated \(stated), found \(found) of 200")
      #expect(abs(Double(found) / 200 - stated) <= 3 * error + 1e-12)
    }
  }

  /// The same answer with its first log-likelihood one unit in the last place higher, or with a letter more.
  static func nudged(_ sample: SampleResult) -> SampleResult {
    func nudged(_ choices: [SampleResult.ScoredChoice]) -> [SampleResult.ScoredChoice] {
      let first = SampleResult.ScoredChoice(
        text: choices[0].text, logLikelihood: choices[0].logLikelihood.nextUp,
        isGreedy: choices[0].isGreedy)
      return [first] + choices.dropFirst()
    }
    let response: SampleResult.Response
    switch sample.response {
    case .choices(let choices, let delimiter):
      response = .choices(nudged(choices), delimiter: delimiter)
    case .blank(let choices, let prompts, let rest, let delimiter):
      response = .blank(nudged(choices), prompts: prompts, rest: rest, delimiter: delimiter)
    case .passage(let passage, let delimiter):
      response = .passage(
        SampleResult.ScoredPassage(
          choice: nudged([passage.choice])[0], tokenCount: passage.tokenCount,
          divergence: passage.divergence), delimiter: delimiter)
    case .generation(let generation):
      response = .generation(
        .init(
          texts: generation.texts.map { $0 + "x" }, stopStrings: generation.stopStrings,
          maximumNewTokens: generation.maximumNewTokens, sampling: generation.sampling,
          areCutOff: generation.areCutOff))
    }
    return SampleResult(
      task: sample.task, documentIndex: sample.documentIndex, prompt: sample.prompt,
      target: sample.target, source: sample.source, response: response,
      truncatedTokens: sample.truncatedTokens, answers: sample.answers, scores: sample.scores)
  }
}
