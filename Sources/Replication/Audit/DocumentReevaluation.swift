import Assets
import Evaluation
import Files
import Foundation
import LanguageModels
import Manifests
import Records
import Scoring
import Tensors

/// Answers documents of a record again, from the recorded weights, and compares them with what was recorded.
struct DocumentReevaluation {
  /// A document of the record's evaluations.
  struct Place: Sendable, Equatable {
    /// Positions of the evaluation in the manifest, of the task in its inputs, and of the document in the task.
    let evaluation: Int
    let task: Int
    let position: Int
  }

  let record: SealedRecord
  let manifest: Manifest
  let engine: NativeEngine
  let samples: RecordedSamples
  let store: ArtifactStore
  /// What each evaluation asks, and what it checks instructions with.
  private let tasks: [(inputs: [TaskInput], tools: LanguageTools?)]

  /// Reads samples and documents.
  init(_ record: SealedRecord, _ inputs: AuditInputs, store: ArtifactStore) throws {
    self.record = record
    manifest = inputs.manifest
    engine = try inputs.inputs.nativeEngine()
    samples = try RecordedSamples(record, inputs.manifest)
    self.store = store
    tasks = try inputs.manifest.evaluations.map {
      (try inputs.inputs.taskInputs($0), try inputs.inputs.languageTools($0))
    }
  }

  /// All documents that every arm is asked, in the order of manifest and files.
  var places: [Place] {
    tasks.enumerated().flatMap { evaluation, asked in
      asked.inputs.enumerated().flatMap { task, input in
        input.documents.indices.map { Place(evaluation: evaluation, task: task, position: $0) }
      }
    }
  }

  /// The model that an arm was evaluated with.
  ///
  /// - Throws: ``AuditObstacle`` when its weights are not at hand or damaged.
  func model(of arm: RunSummary.Arm) throws -> InferenceModel {
    guard let weights = arm.digests["weights"] else {
      return try engine.loadForInference(weights: nil)
    }
    guard case .present(let blob) = try store.lookUp(weights) else {
      throw AuditObstacle(
        description:
          "the weights of \(arm.sentence) (\(store.path(of: weights))) are not at hand, or damaged")
    }
    return try engine.loadForInference(weights: blob.path)
  }

  /// The recorded sample of a document, if there is one.
  func recorded(_ place: Place, of arm: RunSummary.Arm) -> SampleResult? {
    let evaluation = manifest.evaluations[place.evaluation]
    let input = tasks[place.evaluation].inputs[place.task]
    return samples.samples(of: arm, on: evaluation)?
      .first { $0.task.name == input.task.name }?.samples
      .first { $0.documentIndex == input.documentIndices[place.position] }
  }

  /// The samples that the model of an arm gives for some documents, in their order.
  func answers(
    to places: [Place], of arm: RunSummary.Arm, _ loaded: InferenceModel, numerics: Numerics
  ) throws -> [SampleResult] {
    let isTrained = arm.digests["weights"] != nil
    var answers: [SampleResult?] = places.map { _ in nil }
    for (index, evaluation) in manifest.evaluations.enumerated() {
      let own = places.indices.filter { places[$0].evaluation == index }
      guard !own.isEmpty else { continue }
      let (inputs, tools) = tasks[index]
      let chosen = inputs.indices.map { task in
        Set(own.map { places[$0] }.filter { $0.task == task }.map(\.position))
      }
      let evaluator = engine.evaluator(
        of: loaded, base: isTrained ? try engine.base(for: evaluation.benchmark) : nil,
        settings: manifest.settings(of: evaluation), tools: tools, numerics: numerics)
      let found = try evaluator.samples(of: inputs, at: chosen)
      for answer in own {
        let place = places[answer]
        let document = inputs[place.task].documentIndices[place.position]
        answers[answer] = found[place.task].first { $0.documentIndex == document }
      }
    }
    return answers.compactMap(\.self)
  }

  /// What inspecting an arm again gives otherwise than its record, in sentences; of another platform, only how far its
  /// weights have moved is compared.
  func inspectionFindings(
    of arm: RunSummary.Arm, _ inspector: ArmInspector, _ inputs: RunInputs, isSamePlatform: Bool
  ) throws -> [String] {
    guard var recorded = arm.inspection, let weights = arm.digests["weights"],
      let seed = arm.unsignedSeed,
      let treatment = manifest.arms.first(where: { $0.name == arm.name })?.treatment,
      case .trained(let objective, _, _, _) = treatment
    else { return [] }
    var found = try inspector.inspect(
      weights: store.path(of: weights), objective: objective, seed: seed, try inputs.prepared(seed))
    if !isSamePlatform { (recorded.tokens, found.tokens) = (nil, nil) }
    // Records of before have no grid.
    if recorded.tokens?.density == nil { found.tokens?.density = nil }
    let difference = ValueDifference.first(recorded.json, found.json, at: "inspection")
    return difference.map {
      ["\(arm.sentence): \($0.path), recorded against computed again: \($0.text)."]
    } ?? []
  }

  /// How an answer differs from the recorded one, in a sentence; nil if every bit is the same.
  func difference(
    _ answer: SampleResult, from recorded: SampleResult?, of arm: RunSummary.Arm, at place: Place
  ) throws -> String? {
    let name = manifest.evaluations[place.evaluation].name
    let site =
      "\(arm.sentence), document \(answer.documentIndex) of \(answer.task)\(answer.task == name ? "" : " (\(name))")"
    guard let recorded else { return "\(site): the record has no answer." }
    let (old, new) = (recorded.jsonLine, answer.jsonLine)
    guard !old.utf8.elementsEqual(new.utf8) else { return nil }
    let difference = ValueDifference.first(
      try JSONParser.parse(Array(old.utf8), source: site),
      try JSONParser.parse(Array(new.utf8), source: site), at: "")
    guard let difference else { return "\(site): the answer is written otherwise." }
    return "\(site): \(difference.path), recorded against answered again: \(difference.text)."
  }
}
