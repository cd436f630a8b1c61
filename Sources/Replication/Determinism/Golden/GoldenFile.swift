import Files
import Foundation
import LanguageModels
import Manifests
import Provenance
import Records
import Tensors

/// Digests of a small execution that any machine can check itself against: a few kilobytes, committed with the code.
///
/// Every step has a digest of all its results, and as many of its operations as the size allows have a short one of
/// their own, so that the first operation that differs can be named from the file alone.
struct GoldenFile: Sendable, Equatable {
  /// A training step.
  struct Step: Sendable, Equatable {
    /// Number of operations.
    let operations: Int
    /// Over shapes and fingerprints of all results, in order.
    let digest: UInt64
    /// The first bytes of each result's fingerprint; empty where there was no room.
    let shortDigests: [UInt8]
  }

  /// A training.
  struct Training: Sendable, Equatable {
    let arm: ArmAddress
    let steps: [Step]
    /// SHA-256 of the weights at the end.
    let weights: Digest
  }

  /// An evaluation of an arm.
  struct Evaluation: Sendable, Equatable {
    let arm: ArmAddress
    let name: String
    /// Number of documents, and a digest of their samples.
    let documents: Int
    let documentsDigest: UInt64
    /// Number of different rows, and for each operation the first bytes of a digest of all of them.
    let rows: Int
    let shortDigests: [UInt8]
  }

  static let format = "replicate/golden/v1"
  /// Bytes of short digests that training and evaluation may take.
  private static let trainingBudget = 9000
  private static let evaluationBudget = 2400
  /// The most bytes of a short digest.
  private static let longest = 4

  /// The manifest's name and the digest of what it declares.
  let name: String
  let manifest: Digest
  /// Steps to which the work was shortened; nil if it was not.
  let steps: Int?
  /// What decides the bits besides the manifest.
  let numerics: String
  /// The build and the platform that made the file, for people.
  let madeBy: JSON
  /// The self-test of that platform.
  let selfTest: RecordedSelfTest
  /// Bytes of the short digests of training and of evaluation.
  let trainingBytes: Int
  let evaluationBytes: Int
  let trainings: [Training]
  let evaluations: [Evaluation]
}

// MARK: - Recording

extension GoldenFile {
  /// Records an execution of `manifest`.
  init(
    _ trace: ExecutionTrace, manifest: Manifest, steps: Int?, code: GitState
  ) throws {
    name = manifest.name
    self.manifest = try CanonicalJSON.digest(of: manifest.canonical)
    self.steps = steps
    numerics = manifest.arithmetic
    madeBy = Self.thisBuild(code)
    selfTest = .ofThisProcess
    let operations = trace.steps.reduce(0) { $0 + $1.results.count }
    let trainingBytes = Self.bytes(Self.trainingBudget, for: operations)
    self.trainingBytes = trainingBytes
    // Where even one byte an operation is too much, the first steps of every arm have them.
    let share = Self.trainingBudget / max(1, trace.weights.count)
    trainings = trace.weights.map { weights in
      var room = share
      let steps = trace.steps.filter { $0.arm == weights.arm }.map { step in
        let size = step.results.count * trainingBytes
        let isDetailed = size <= room
        room = isDetailed ? room - size : 0
        return Step(step, bytes: isDetailed ? trainingBytes : 0)
      }
      return Training(arm: weights.arm, steps: steps, weights: weights.digest)
    }
    let rowOperations = trace.evaluations.reduce(0) { $0 + $1.operations.count }
    let evaluationBytes = Self.bytes(Self.evaluationBudget, for: rowOperations)
    self.evaluationBytes = evaluationBytes
    evaluations = trace.evaluations.map { Evaluation($0, bytes: evaluationBytes) }
  }

  /// The program that is running, and what it runs on.
  private static func thisBuild(_ code: GitState) -> JSON {
    let (code, environment) = (code.json, RunEnvironment.current())
    return [
      "version": .string(Version.text), "commit": code["commit"] ?? .null,
      "dirty": code["dirty"] ?? .null,
      "compiler": JSON(environment.libraries["swift-compiler"]),
      "operating_system": JSON(environment.operatingSystem),
      "architecture": .string(environment.architecture), "processor": JSON(environment.processor),
      "instruction_set": .string(InstructionSet.selected.rawValue),
    ]
  }

  /// Where the file comes from, in words.
  var origin: String {
    func part(_ key: String) -> String? { madeBy[key]?.stringValue }
    let commit = part("commit").map { ", commit \($0.prefix(12))" } ?? ""
    let dirty = madeBy["dirty"]?.boolValue == true ? " with changes" : ""
    return
      "recorded by version \(part("version") ?? "unknown")\(commit)\(dirty) on \(part("processor") ?? "an unknown CPU") (\(part("instruction_set") ?? "unknown instruction set")), \(part("operating_system") ?? "unknown system")"
  }

  private static func bytes(_ budget: Int, for operations: Int) -> Int {
    max(1, min(longest, budget / max(1, operations)))
  }
}

extension GoldenFile.Step {
  /// The digests of a step; none of single operations if `bytes` is 0.
  init(_ step: ExecutionTrace.Step, bytes: Int) {
    operations = step.results.count
    digest =
      step.results.reduce(Fingerprint(value: 0)) { digest, result in
        digest.appending(UInt64(result.rows)).appending(UInt64(result.columns))
          .appending(result.fingerprint.value)
      }.value
    shortDigests = step.results.flatMap { $0.fingerprint.value.firstBytes(bytes) }
  }
}

extension GoldenFile.Evaluation {
  /// The digests of an evaluation.
  init(_ evaluation: ExecutionTrace.Evaluation, bytes: Int) {
    arm = evaluation.arm
    name = evaluation.name
    documents = evaluation.documents.count
    documentsDigest =
      evaluation.documents.reduce(Fingerprint(value: 0)) { $0.appending($1.fingerprint.value) }
      .value
    rows = evaluation.rows.count
    shortDigests = evaluation.operations.indices.flatMap { index in
      evaluation.rows.reduce(Fingerprint(value: 0)) { digest, row in
        digest.appending(row.key.fingerprint.value).appending(row.fingerprints[index])
      }.value.firstBytes(bytes)
    }
  }
}

extension UInt64 {
  fileprivate func firstBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: self >> UInt64(8 * $0)) }
  }
}

// MARK: - Comparing

extension GoldenFile {
  /// Where an execution parts from the recorded one, as ``TraceComparison`` finds it between two executions.
  func divergences(_ trace: ExecutionTrace) -> [Divergence] {
    var found: [Divergence] = []
    var diverged: Set<ArmAddress> = []
    for training in trainings {
      guard let divergence = divergence(training, trace) else { continue }
      if found.isEmpty { found.append(divergence) }
      diverged.insert(training.arm)
    }
    let recorded = Set(trainings.map(\.arm))
    for arm in trace.weights.map(\.arm) where !recorded.contains(arm) {
      if found.isEmpty { found.append(Self.missing("\(arm)", "training as a whole")) }
      diverged.insert(arm)
    }
    let remaining = trace.evaluations.filter { !diverged.contains($0.arm) }
    let known = evaluations.filter { !diverged.contains($0.arm) }
    if let divergence = known.lazy.compactMap({ divergence($0, remaining) }).first {
      found.append(divergence)
    } else if let evaluation = remaining.first(where: { own in
      !known.contains { $0.arm == own.arm && $0.name == own.name }
    }) {
      found.append(
        Self.missing(
          "\(evaluation.arm), evaluation \(evaluation.name)", "evaluation as a whole"))
    }
    return found
  }

  /// Work of an execution that the golden file says nothing about.
  private static func missing(_ place: String, _ operation: String) -> Divergence {
    Divergence(place: place, operation: operation, note: "it is missing from the golden file")
  }

  /// What limits how far a short digest names the first operation that differs.
  private static func doubt(_ bytes: Int) -> String? {
    bytes > 1
      ? nil : "digests of 8 bits: with chance 1 in 256 an earlier result differs already"
  }

  private func divergence(_ training: Training, _ trace: ExecutionTrace) -> Divergence? {
    let steps = trace.steps.filter { $0.arm == training.arm }
    for (golden, step) in zip(training.steps, steps) {
      let own = Step(step, bytes: golden.shortDigests.isEmpty ? 0 : trainingBytes)
      guard own != golden else { continue }
      let place = "\(training.arm), step \(step.number)"
      guard own.operations == golden.operations else {
        return Divergence(
          place: place, operation: "number of operations",
          note: "the golden file has \(golden.operations), this execution \(own.operations)")
      }
      let index = Self.firstDifference(golden.shortDigests, own.shortDigests, trainingBytes)
      return Divergence(
        place: place, operation: index.map { step.results[$0].operation } ?? "step as a whole",
        note: index == nil
          ? "the golden file has no digests of its single operations" : Self.doubt(trainingBytes))
    }
    guard training.steps.count == steps.count else {
      return Divergence(
        place: "\(training.arm)", operation: "number of training steps",
        note: "the golden file has \(training.steps.count), this execution \(steps.count)")
    }
    let weights = trace.weights.first { $0.arm == training.arm }?.digest
    guard weights != training.weights else { return nil }
    return Divergence(place: "\(training.arm)", operation: "weights at the end of training")
  }

  private func divergence(
    _ golden: Evaluation, _ evaluations: [ExecutionTrace.Evaluation]
  ) -> Divergence? {
    let place = "\(golden.arm), evaluation \(golden.name)"
    guard let trace = evaluations.first(where: { $0.arm == golden.arm && $0.name == golden.name })
    else {
      return Divergence(
        place: place, operation: "evaluation as a whole", note: "this execution lacks it")
    }
    let own = Evaluation(trace, bytes: evaluationBytes)
    guard own != golden else { return nil }
    if own.rows == golden.rows, own.shortDigests.count == golden.shortDigests.count,
      let index = Self.firstDifference(golden.shortDigests, own.shortDigests, evaluationBytes)
    {
      return Divergence(
        place: place, operation: trace.operations[index], note: Self.doubt(evaluationBytes))
    }
    return Divergence(
      place: place, operation: "results of the documents",
      note: own.rows == golden.rows
        ? nil : "the golden file has \(golden.rows) rows of tokens, this execution \(own.rows)")
  }

  /// Index of the first operation whose short digests differ.
  private static func firstDifference(_ a: [UInt8], _ b: [UInt8], _ size: Int) -> Int? {
    zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }.map { $0.offset / size }
  }

  /// Throws ``DeterminismError`` `golden` unless the file is of this manifest, shortened alike, in the same numerics.
  func check(_ manifest: Manifest, steps: Int?, source: String) throws {
    func wrong(_ what: String) -> DeterminismError {
      DeterminismError(
        .golden,
        "The golden file \(source) is \(what); record a new one with --record, or compare with another."
      )
    }
    guard try CanonicalJSON.digest(of: manifest.canonical) == self.manifest, steps == self.steps
    else {
      let length = self.steps.map { ", shortened to \($0) steps" } ?? ""
      throw wrong(
        "of another manifest or another length (it has '\(name)'\(length), with the digest \(self.manifest.hex.prefix(16)))"
      )
    }
    guard numerics == manifest.arithmetic else {
      throw wrong("in the numerics \"\(numerics)\", not \"\(manifest.arithmetic)\"")
    }
  }
}
