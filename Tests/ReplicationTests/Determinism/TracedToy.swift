import Evaluation
import Foundation
import LanguageModels
import Provenance
import Scoring
import Tensors
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

/// The toy of the repository, shortened, as the ladder executes it.
struct TracedToy {
  /// The manifest with two steps of training and four documents of each evaluation.
  let file: ManifestFile
  let inputs: RunInputs
  let folder: TemporaryFolder

  /// The trace that everything else is compared with, computed once for all tests.
  static let reference = Task { try await TracedToy().execute(TraceRequest(threads: 2)).trace }

  init() async throws {
    file = try ManifestFile.read("\(Checkout.manifests)/tiny.yaml").shortened(steps: 2)
    folder = try TemporaryFolder()
    inputs = try await RunInputs(
      InputSources(file, options: RunOptions(artifacts: folder.path, threads: 1)), quiet: true)
  }

  func execute(_ request: TraceRequest) async throws -> TraceResponse {
    let execution = try TracedExecution(manifest: file.manifest, inputs: inputs, request: request)
    return try await ComputeQueue.run { try execution.run() }
  }

  /// Executes as `change` says and compares with the reference.
  func divergences(_ change: (inout TraceRequest) -> Void = { _ in }) async throws -> [Divergence] {
    var request = TraceRequest(threads: 2)
    change(&request)
    return TraceComparison.divergences(
      try await Self.reference.value, try await execute(request).trace,
      samePasses: request.order == .longestFirst && request.limits.rows > 1)
  }
}

extension ExecutionTrace {
  /// The same trace with another fingerprint of one result of training, and of all that follow in its step.
  func planting(step: Int, index: Int) -> ExecutionTrace {
    var copy = self
    let old = steps[step]
    copy.steps[step] = Step(
      arm: old.arm, number: old.number,
      results: old.results.enumerated().map { place, result in
        guard place >= index else { return result }
        return Result(
          operation: result.operation, rows: result.rows, columns: result.columns,
          fingerprint: Fingerprint(value: ~result.fingerprint.value))
      })
    return copy
  }

  /// The same trace with another fingerprint of one operation in some rows of an evaluation.
  func planting(evaluation: Int, rows: [Int], operation: Int) -> ExecutionTrace {
    var copy = self
    let old = evaluations[evaluation]
    copy.evaluations[evaluation] = Evaluation(
      arm: old.arm, name: old.name, documents: old.documents, operations: old.operations,
      rows: old.rows.enumerated().map { place, row in
        guard rows.contains(place) else { return row }
        var fingerprints = row.fingerprints
        fingerprints[operation] = ~fingerprints[operation]
        return Row(key: row.key, fingerprints: fingerprints)
      }, conflicts: old.conflicts)
    return copy
  }
}
