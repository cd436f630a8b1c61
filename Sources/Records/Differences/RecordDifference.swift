package import Assets
import Files
import Foundation
import Manifests
import Provenance
import Scoring

/// What two records have different: candidate causes, and observed effects traced to where they first show.
package struct RecordDifference: Sendable, Equatable {
  /// A kind of cause, by the letter that sums it up.
  package enum Cause: String, Sendable, CaseIterable {
    case manifest = "M"
    case inputs = "I"
    case program = "P"
    case code = "C"
    case environment = "E"
    case selfTest = "S"

    /// The kind in words.
    package var text: String {
      switch self {
      case .manifest: "manifest"
      case .inputs: "inputs"
      case .program: "program"
      case .code: "code"
      case .environment: "environment"
      case .selfTest: "self-test"
      }
    }
  }

  /// What was otherwise before anything was computed, of one kind.
  package struct Candidate: Sendable, Equatable {
    /// The kind.
    package let cause: Cause
    /// Every value that differs.
    package let values: [ValueDifference]
  }

  /// The records' ids.
  package let a: String
  package let b: String
  /// What was otherwise before anything was computed, kind by kind.
  package let causes: [Candidate]
  /// Where trainings part, a sentence for each arm and seed; empty where all are the same bit by bit.
  package let trainings: [String]
  /// How far trainings lie apart, one for each of these.
  package let distances: [TrainingDistance]
  /// Evaluations whose samples or scores are not the same.
  package let evaluations: [EvaluationDifference]
  /// What only one of the records holds.
  package let unmatched: [String]

  /// Whether everything that both records hold came to the same bits.
  package var isSame: Bool { trainings.isEmpty && evaluations.isEmpty }

  /// The letters of all causes: "MC" for another manifest and other code.
  package var letters: String { causes.map(\.cause.rawValue).joined() }

  /// Compares what two records hold in common; their weights lie in `store`, if they are anywhere.
  ///
  /// - Throws: ``RunError`` `notFound` if they have no training and no evaluation in common; ``FileError``,
  ///   ``RunError`` when one cannot be read.
  package init(_ a: SealedRecord, _ b: SealedRecord, weightsIn store: ArtifactStore? = nil) throws {
    self.a = a.id
    self.b = b.id
    let samples = try (a.samples(), b.samples())
    var (trainings, evaluations, unmatched) = ([String](), [EvaluationDifference](), [String]())
    var distances: [TrainingDistance] = []
    let histories = try (a.history(), b.history())
    var commonCount = 0
    for arm in a.summary.arms {
      guard let other = Self.counterpart(of: arm, in: a, b) else {
        unmatched.append("\(arm.sentence) is in \(a.id) only.")
        continue
      }
      if !arm.steps.isEmpty, !other.steps.isEmpty {
        commonCount += 1
        if let sentence = Self.training(arm, other) {
          trainings.append(sentence)
          let limits =
            try RoundingLimits(of: arm, in: histories.0)
            ?? RoundingLimits(of: other, in: histories.1)
          distances.append(
            try TrainingDistance(arm, other, limits: limits ?? RoundingLimits(), in: store))
        }
      }
      if let own = arm.inspection, let theirs = other.inspection,
        let difference = ValueDifference.first(own.json, theirs.json, at: "inspection")
      {
        trainings.append("\(arm.sentence): \(difference.path), \(difference.text).")
      }
      for part in samples.0 where part.arm == arm.name && part.seed == arm.unsignedSeed {
        let same = samples.1.first {
          $0.arm == part.arm && $0.seed == other.unsignedSeed && $0.evaluation == part.evaluation
            && $0.benchmark.name == part.benchmark.name
        }
        guard let same else {
          unmatched.append("\(arm.sentence) on \(part.evaluation) is in \(a.id) only.")
          continue
        }
        commonCount += 1
        let difference = EvaluationDifference(arm: arm.sentence, part, same)
        if !difference.isSame { evaluations.append(difference) }
      }
    }
    unmatched += b.summary.arms.filter { Self.counterpart(of: $0, in: b, a) == nil }
      .map { "\($0.sentence) is in \(b.id) only." }
    guard commonCount > 0 else {
      throw RunError(
        .notFound,
        "The records \(a.id) (\(a.name)) and \(b.id) (\(b.name)) have no training and no evaluation in common, so there is nothing to compare."
      )
    }
    self.trainings = trainings
    self.distances = distances
    self.evaluations = evaluations
    self.unmatched = unmatched
    causes = try Self.causes(a, b)
  }

  /// The arm of one record that is to be held against an arm of another: the one of its name and seed, or of its name alone
  /// where an import does not know the seed.
  private static func counterpart(
    of arm: RunSummary.Arm, in own: SealedRecord, _ other: SealedRecord
  ) -> RunSummary.Arm? {
    let named = other.summary.arms.filter { $0.name == arm.name }
    if let same = named.first(where: { $0.seed == arm.seed }) { return same }
    let isUnknown =
      own.isImported && arm.seed == nil || other.isImported && named.first?.seed == nil
    return isUnknown && named.count == 1 ? named[0] : nil
  }

  /// Where two trainings part; nil if they are the same in what both tell.
  private static func training(_ a: RunSummary.Arm, _ b: RunSummary.Arm) -> String? {
    let arm = ArmAddress(name: a.name, seed: a.unsignedSeed)
    func differs(_ name: String) -> Bool {
      guard let own = a.digests[name], let other = b.digests[name] else { return false }
      return own != other
    }
    if differs("prepared_examples") {
      return Divergence(place: "\(arm)", operation: "prepared examples").sentence
    }
    let common = a.commonSteps(with: b)
    for (left, right) in common {
      let told = (left.shared(with: right), right.shared(with: left))
      if let difference = Divergence(told.0, told.1, of: arm) { return difference.sentence }
    }
    if a.steps.count != b.steps.count {
      return
        "\(arm): the \(English.count(common.count, "step")) that both have are the same, of \(a.steps.count) and \(b.steps.count)."
    }
    guard differs("weights") else { return nil }
    return Divergence(place: "\(arm), after the last step", operation: "weights").sentence
  }
}

// MARK: - Causes

extension RecordDifference {
  private static func causes(_ a: SealedRecord, _ b: SealedRecord) throws -> [Candidate] {
    let (first, second) = (a.sessions.last ?? .null, b.sessions.last ?? .null)
    func session(_ key: String, _ cause: Cause) -> Candidate {
      Candidate(
        cause: cause,
        values: ValueDifference.all(first[key] ?? .null, second[key] ?? .null, at: key))
    }
    return [
      Candidate(
        cause: .manifest,
        values: ValueDifference.all(try manifest(a), try manifest(b), at: "manifest")),
      Candidate(
        cause: .inputs, values: ValueDifference.all(try inputs(a), try inputs(b), at: "inputs")),
      session("version", .program), session("code", .code),
      session("environment", .environment), session("self_test", .selfTest),
    ].filter { !$0.values.isEmpty }
  }

  /// What the run was to do; for an import, what was imported.
  private static func manifest(_ record: SealedRecord) throws -> JSON {
    let path = "\(record.path)/\(RecordFile.manifest)"
    let bytes = try record.contents(of: RecordFile.manifest)
    return try Imported.description(bytes)
      ?? ManifestDecoder.decode(bytes, name: path).canonical
  }

  /// The digests of all inputs by asset and file.
  private static func inputs(_ record: SealedRecord) throws -> JSON {
    let history = try record.history()
    var files = JSON.Object()
    for input in history.inputs ?? [] { files["\(input.asset)/\(input.file)"] = JSON(input.digest) }
    return .object(files)
  }
}
