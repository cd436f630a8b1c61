import LanguageModels
import Testing

@testable import Records
@testable import Replication
@testable import Tensors

@Suite("Comparing traces") struct TraceComparisonTests {
  @Test("names the step and operation where a difference arises, not those behind it")
  func training() async throws {
    let reference = try await TracedToy.reference.value
    for (step, index) in [(0, 0), (1, 42), (3, reference.steps[3].results.count - 1)] {
      let found = TraceComparison.divergences(
        reference, reference.planting(step: step, index: index))
      try #require(found.count == 1)
      let traced = reference.steps[step]
      #expect(found[0].operation == traced.results[index].operation)
      #expect(found[0].place == "\(traced.arm), step \(traced.number)")
      #expect(
        found[0].address == .training(arm: traced.arm, step: traced.number, index: index))
    }
  }

  @Test(
    "finds the earliest operation of an evaluation, and of it the row that others may depend on")
  func evaluation() async throws {
    let reference = try await TracedToy.reference.value
    let rows = reference.evaluations[2].rows.count
    let planted =
      reference
      .planting(evaluation: 2, rows: Array(5..<rows), operation: 9)
      .planting(evaluation: 2, rows: Array(0..<rows), operation: 11)
      .planting(evaluation: 2, rows: [rows - 1], operation: 3)
      .planting(evaluation: 4, rows: [0], operation: 0)
    let found = TraceComparison.divergences(reference, planted)
    try #require(found.count == 1)
    let evaluation = reference.evaluations[2]
    #expect(found[0].operation == evaluation.operations[3])
    #expect(
      found[0].place
        == "arm 'base', evaluation gsm8k, token \(evaluation.rows[rows - 1].key.count) of a sequence"
    )
  }

  @Test("reports an evaluation besides training only for arms that were trained alike")
  func both() async throws {
    let reference = try await TracedToy.reference.value
    // Evaluations 0 to 2 are of the base, 3 to 5 of sft.
    let trained = reference.planting(step: 0, index: 50)
    let sft = trained.planting(evaluation: 3, rows: [0], operation: 0)
    #expect(TraceComparison.divergences(reference, sft).count == 1)
    let base = sft.planting(evaluation: 1, rows: [0], operation: 0)
    let found = TraceComparison.divergences(reference, base)
    #expect(found.count == 2 && found[1].place.hasPrefix("arm 'base', evaluation arc_challenge"))
    let untrained = TraceComparison.divergences(reference, base, includingTraining: false)
    #expect(untrained.count == 1 && untrained[0] == found[1])
  }

  @Test("says when two executions did not do the same work")
  func structure() async throws {
    let reference = try await TracedToy.reference.value
    var shorter = reference
    shorter.steps.remove(at: 1)
    shorter.weights[0] = reference.weights[0]
    #expect(
      TraceComparison.divergences(reference, shorter).first?.operation
        == "number of training steps")
    let step = reference.steps[0]
    var other = reference
    other.steps[0] = ExecutionTrace.Step(
      arm: step.arm, number: 1, results: Array(step.results.dropFirst()))
    let renamed = try #require(TraceComparison.divergences(reference, other).first)
    #expect(renamed.note?.contains("the variant \"micro-batch 1, targets of the batch\"") == true)
    #expect(renamed.address == nil)
    other = reference
    other.evaluations.removeLast()
    #expect(
      TraceComparison.divergences(reference, other).map(\.operation) == ["number of evaluations"])
  }

  @Test("compares documents where no row tells more")
  func documents() async throws {
    let reference = try await TracedToy.reference.value
    let evaluation = reference.evaluations[0]
    var documents = evaluation.documents
    let old = documents[1]
    var values = old.logLikelihoods
    values[2] = values[2].nextUp
    documents[1] = ExecutionTrace.Document(
      task: old.task, index: old.index, logLikelihoods: values, text: "",
      fingerprint: TokenPrefixKey.empty.fingerprint)
    var other = reference
    other.evaluations[0] = ExecutionTrace.Evaluation(
      arm: evaluation.arm, name: evaluation.name, documents: documents,
      operations: evaluation.operations, rows: evaluation.rows, conflicts: [])
    let found = try #require(TraceComparison.divergences(reference, other).first)
    #expect(found.operation == "result of document 1 of hellaswag")
    #expect(found.note?.contains("log-likelihood of choice 2") == true)
    #expect(found.note?.contains("1 ulp") == true)
  }

  @Test("finds rows of equal tokens with two results in one execution")
  func conflicts() async throws {
    var trace = try await TracedToy.reference.value
    let evaluation = trace.evaluations[1]
    trace.evaluations[1] = ExecutionTrace.Evaluation(
      arm: evaluation.arm, name: evaluation.name, documents: evaluation.documents,
      operations: evaluation.operations, rows: evaluation.rows,
      conflicts: [ExecutionTrace.Conflict(operation: 4, key: evaluation.rows[3].key)])
    let found = try #require(TraceComparison.conflict(in: trace))
    #expect(found.operation == evaluation.operations[4])
    #expect(found.sentence.contains("two passes over the same tokens"))
    // A conflict that was told already is not told again, another one is.
    #expect(TraceComparison.conflict(in: trace, besides: trace) == nil)
    let reference = try await TracedToy.reference.value
    #expect(TraceComparison.conflict(in: trace, besides: reference) == found)
  }

  @Test("says when only one execution has a row, unless their passes have other shapes")
  func lonelyRows() async throws {
    let reference = try await TracedToy.reference.value
    let evaluation = reference.evaluations[3]
    var fewer = reference
    fewer.evaluations[3] = ExecutionTrace.Evaluation(
      arm: evaluation.arm, name: evaluation.name, documents: evaluation.documents,
      operations: evaluation.operations, rows: Array(evaluation.rows.dropLast()), conflicts: [])
    for (a, b, side) in [(reference, fewer, "reference"), (fewer, reference, "variant")] {
      let found = TraceComparison.divergences(a, b)
      try #require(found.count == 1)
      #expect(found[0].operation == "row as a whole")
      #expect(found[0].note == "only the \(side) computed it")
      #expect(TraceComparison.divergences(a, b, samePasses: false) == [])
    }
  }

  @Test("hears when the same tokens give two results")
  func recorderConflict() {
    let recorder = EvaluationRecorder(capturing: nil)
    let key = TokenPrefixKey.empty.appending(7)
    for value in [1, 1, 2] as [Float] {
      withUnsafePointer(to: value) {
        recorder.observe(
          .embedding, ObservedTensor($0, rows: 1, columns: 1, rowKeys: [key]))
      }
    }
    let evaluation = recorder.evaluation(
      of: ArmAddress(name: "a", seed: nil), name: "e", documents: [])
    #expect(evaluation.rows.count == 1)
    #expect(evaluation.conflicts == [ExecutionTrace.Conflict(operation: 0, key: key)])
  }
}
