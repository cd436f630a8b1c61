import Assets
import Evaluation
import Files
import Foundation
import LanguageModels
import Manifests
import Provenance
import Records
import Scoring
import Tensors

/// One verification under way: its inputs, its working folder, and the execution that all others are compared with.
final class LadderSession: Sendable {
  private let ladder: DeterminismLadder
  private let golden: DeterminismLadder.GoldenSource
  private let inputs: RunInputs
  private let child: LadderChild
  private let place: ContainedPath
  private var folder: String { place.path }
  // Held so that no other verification uses the folders.
  private let lock: FileLock
  private let reference: ReferenceExecution

  /// Brings the inputs and empties the working folder.
  init(_ ladder: DeterminismLadder, golden: DeterminismLadder.GoldenSource) async throws {
    self.ladder = ladder
    self.golden = golden
    let artifacts = ladder.options.folder
    try artifacts.work.createFolder()
    lock = try FileLock(path: artifacts.verificationLock)
    // A verification that was killed may have left its files, and no other one is at work.
    try artifacts.verifications.remove()
    place = ladder.workFolder
    try place.appending("weights").createFolder()
    inputs = try await RunInputs(
      InputSources(
        ladder.file, options: ladder.options,
        report: { [report = ladder.report] event in
          if case .asset(let event) = event { report(.asset(event)) }
        }), quiet: false)
    child = LadderChild(
      program: ladder.settings.program, manifestPath: ladder.file.path, options: ladder.options)
    reference = ReferenceExecution()
  }

  /// Removes what the verification left in the working folder.
  func close() { ladder.removeWorkFolder() }

  /// The request of the reference execution, and of others but for what they vary.
  private var request: TraceRequest {
    var request = TraceRequest(threads: ladder.options.threads)
    request.steps = ladder.settings.steps
    return request
  }

  private func execute(_ request: TraceRequest) async throws -> TraceResponse {
    let execution = try TracedExecution(manifest: ladder.manifest, inputs: inputs, request: request)
    return try await ComputeQueue.run { try execution.run() }
  }

  /// The execution that all others are compared with; done once, its weights kept for evaluations of other shapes.
  private func referenceTrace() async throws -> ExecutionTrace {
    if let known = reference.trace { return known }
    var request = request
    request.weightsFolder = "\(folder)/weights"
    let trace = try await execute(request).trace
    reference.trace = trace
    return trace
  }

  // MARK: - Rungs

  /// Verifies one rung.
  func run(_ rung: Rung) async throws -> RungResult {
    if let reason = reasonToSkip(rung) {
      return RungResult(rung: rung, variants: [], reason: reason, seconds: 0)
    }
    // The reference is needed by the first rung that compares with it, and is no part of its time.
    if rung != .killAndResume { _ = try await referenceTrace() }
    let start = ContinuousClock.now
    var (variants, reason, notes): ([RungResult.Variant], String?, [String]) = ([], nil, [])
    if rung != .killAndResume, let variant = try await referenceConflict() {
      variants.append(variant)
    }
    switch rung {
    case .sameProcess:
      variants.append(try await compare("a second time", request) { try await self.execute($0) })
    case .newProcess: variants.append(try await compareChild("a new process", request))
    case .threads: variants += try await threadVariants()
    case .batches: variants += try await batchVariants()
    case .killAndResume:
      let result = try await killAndResume()
      notes = result.notes
      if !result.wasKilled && result.divergences.isEmpty {
        reason = "the run was over before it could be killed"
      } else {
        variants = [
          RungResult.Variant(title: "killed and resumed", divergences: result.divergences)
        ]
      }
    case .golden:
      let result = try await goldenVariant()
      variants.append(result.variant)
      notes = result.notes
    case .instructionSets: variants += try await instructionSetVariants()
    }
    return RungResult(
      rung: rung, variants: variants, reason: reason, notes: notes,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// Why a rung cannot be verified here; nil if it can.
  private func reasonToSkip(_ rung: Rung) -> String? {
    if ladder.manifest.numerics == .openblas, [.batches, .golden, .instructionSets].contains(rung) {
      return
        "the manifest computes with OpenBLAS, whose bits depend on the shape of the work and on the CPU"
    }
    switch rung {
    case .batches where ladder.manifest.evaluations.isEmpty:
      return "the manifest evaluates nothing"
    case .golden:
      if case .none(let reason) = golden { return reason }
      return nil
    case .instructionSets where InstructionSet.available.allSatisfy { $0 == .selected }:
      return "this CPU has no other instruction set than \(InstructionSet.selected.rawValue)"
    default: return nil
    }
  }

  /// Rows that the reference itself computed in two ways, told once, by the first rung that compares with it.
  private func referenceConflict() async throws -> RungResult.Variant? {
    guard !reference.isChecked else { return nil }
    reference.isChecked = true
    // With OpenBLAS the bits of a row may depend on the rows beside it.
    guard ladder.manifest.numerics != .openblas,
      let conflict = TraceComparison.conflict(in: try await referenceTrace())
    else { return nil }
    return RungResult.Variant(
      title: "passes of the reference",
      divergences: [try await withValues(conflict, request) { try await self.execute($0) }])
  }

  /// A conflict within one execution, with its values from another execution of the same kind.
  private func withValues(
    _ conflict: Divergence, _ request: TraceRequest,
    _ execute: (TraceRequest) async throws -> TraceResponse
  ) async throws -> Divergence {
    var conflict = conflict
    if let address = conflict.address {
      conflict.values = TensorDifference(
        within: try await execute(capturing(address, request)).captured)
    }
    return conflict
  }

  private func threadVariants() async throws -> [RungResult.Variant] {
    let own = ladder.options.threads
    let usable = RunEnvironment.current().usableProcessorCount ?? 1
    var variants: [RungResult.Variant] = []
    for threads in Set([1, 2, 3, usable]).subtracting([own]).sorted() {
      var request = request
      request.threads = threads
      variants.append(
        try await compareChild(
          "\(threads) \(threads == 1 ? "thread" : "threads") against \(own)", request))
    }
    return variants
  }

  private func batchVariants() async throws -> [RungResult.Variant] {
    var variants: [RungResult.Variant] = []
    let shapes: [(String, InferenceEngine.PassLimits, DocumentOrder)] = [
      ("1 row a pass, 1 sequence at a time", .init(rows: 1, sequences: 1), .longestFirst),
      ("64 rows a pass, 3 sequences at a time", .init(rows: 64, sequences: 3), .longestFirst),
      ("documents reversed", .init(), .shortestFirst),
      ("documents shuffled, 300 rows a pass", .init(rows: 300), .shuffled(seed: 1)),
    ]
    for (title, limits, order) in shapes {
      var request = request
      (request.limits, request.order) = (limits, order)
      request.isTraining = false
      request.weightsFolder = "\(folder)/weights"
      variants.append(try await compareChild(title, request))
    }
    return variants
  }

  private func instructionSetVariants() async throws -> [RungResult.Variant] {
    var variants: [RungResult.Variant] = []
    for set in InstructionSet.available where set != .selected {
      variants.append(
        try await compareChild(
          "\(set.rawValue) against \(InstructionSet.selected.rawValue)", request,
          instructionSet: set.rawValue))
    }
    return variants
  }

  private func killAndResume() async throws -> KillAndResume.Result {
    let (place, ladder) = (place.appending("runs"), ladder)
    defer { try? place.remove() }
    return try await KillAndResume(
      manifest: ladder.manifest, steps: ladder.settings.steps, child: child, folder: place.path,
      prepare: { artifacts in
        try await InputSources(ladder.file, options: ladder.options).link(into: artifacts)
      }
    ).run()
  }

  private func goldenVariant() async throws -> (variant: RungResult.Variant, notes: [String]) {
    guard case .file(let golden) = golden else {
      preconditionFailure("The golden file is read before the rung that needs it.")
    }
    let divergences = golden.divergences(try await referenceTrace())
    var notes = [golden.origin]
    let platform = PlatformComparison(
      golden.selfTest, .ofThisProcess, names: ("the golden file", "this process"))
    // What tells a platform that changed from a run that changed comes first.
    if platform.finding != .samePlatform || !divergences.isEmpty {
      notes.insert(platform.sentence, at: 0)
    }
    return (RungResult.Variant(title: "golden file", divergences: divergences), notes)
  }

  // MARK: - Comparing

  private func compareChild(
    _ title: String, _ request: TraceRequest, instructionSet: String? = nil
  ) async throws -> RungResult.Variant {
    try await compare(title, request) {
      try await self.child.trace($0, instructionSet: instructionSet, folder: self.folder)
    }
  }

  private func compare(
    _ title: String, _ request: TraceRequest,
    execute: (TraceRequest) async throws -> TraceResponse
  ) async throws -> RungResult.Variant {
    let (trace, reference) = (try await execute(request).trace, try await referenceTrace())
    var divergences = TraceComparison.divergences(
      reference, trace, includingTraining: request.isTraining,
      samePasses: request.limits == self.request.limits && request.order == self.request.order)
    for index in divergences.indices {
      guard let address = divergences[index].address else { continue }
      let note: String?
      (divergences[index].values, note) = try await values(at: address, request, execute)
      divergences[index].note = divergences[index].note ?? note
    }
    if divergences.isEmpty, let conflict = TraceComparison.conflict(in: trace, besides: reference) {
      divergences.append(try await withValues(conflict, request, execute))
    }
    return RungResult.Variant(title: title, divergences: divergences)
  }

  /// Executes reference and variant once more for the values of one result.
  private func values(
    at address: TensorAddress, _ request: TraceRequest,
    _ execute: (TraceRequest) async throws -> TraceResponse
  ) async throws -> (TensorDifference?, note: String?) {
    // What comes and goes may need more than one attempt.
    for _ in 0..<3 {
      let a = try await self.execute(capturing(address, self.request)).captured
      let b = try await execute(capturing(address, request)).captured
      guard let first = a.first, !b.isEmpty else {
        return (nil, "a second execution did not get there, so the values are not known")
      }
      if let found = b.lazy.compactMap({ TensorDifference(first, $0) }).first {
        return (found, nil)
      }
    }
    return (nil, "three further executions gave equal values: the difference comes and goes")
  }

  private func capturing(_ address: TensorAddress, _ request: TraceRequest) -> TraceRequest {
    var request = request
    request.capture = address
    if case .evaluation = address {
      // Evaluations are only compared where training was the same.
      request.isTraining = false
      request.weightsFolder = "\(folder)/weights"
    } else {
      request.weightsFolder = nil
    }
    return request
  }

  // MARK: - Golden file

  /// Writes a golden file of the reference.
  func record(to path: String) async throws {
    let golden = try GoldenFile(
      try await referenceTrace(), manifest: ladder.manifest, steps: ladder.settings.steps,
      code: Version.code)
    let folder = ContainedPath(path).parent.path
    try AtomicFile.createFolder(folder)
    try AtomicFile.write(Array(try golden.text().utf8), to: path)
  }
}

/// The trace of the reference, once there is one.
private final class ReferenceExecution: @unchecked Sendable {
  // @unchecked: rungs are verified one after the other.
  var trace: ExecutionTrace?
  /// Whether its own conflicts have been looked for.
  var isChecked = false
}
