import Evaluation
import Files
import LanguageModels
import Recipes
import Scoring
import Tensors
import TestSupport
import Testing
import Training

@testable import Manifests
@testable import Records
@testable import Replication

@Suite("A traced execution of the toy") struct TracedExecutionTests {
  @Test("has the same fingerprints when it is repeated")
  func repetition() async throws {
    #expect(try await TracedToy().divergences() == [])
  }

  @Test("has the same fingerprints for any number of threads", arguments: [1, 3])
  func threads(_ threads: Int) async throws {
    #expect(try await TracedToy().divergences { $0.threads = threads } == [])
  }

  @Test("has the same rows and results for any size, packing and order of passes")
  func passes() async throws {
    let toy = try await TracedToy()
    let reference = try await TracedToy.reference.value
    #expect(TraceComparison.conflict(in: reference) == nil)
    let found = try await toy.divergences {
      $0.limits = InferenceEngine.PassLimits(rows: 1, sequences: 1)
      $0.order = .shuffled(seed: 3)
    }
    #expect(found == [])
  }

  @Test("computes what it would compute if nobody listened")
  func observing() async throws {
    let (toy, trace) = (try await TracedToy(), try await TracedToy.reference.value)
    let (manifest, inputs) = (toy.file.manifest, toy.inputs)
    let configuration = try #require(
      manifest.training.configuration(of: manifest.arms[2].treatment, seed: 42))
    let digest = try await ComputeQueue.run {
      let trainer = try Trainer(
        model: try inputs.nativeEngine().load().model, examples: try inputs.prepared(42).examples,
        configuration: configuration, threads: 1)
      while !trainer.isFinished { _ = try trainer.step() }
      return SHA256.digest(of: UnsafeRawBufferPointer(trainer.model.parameters.elements))
    }
    #expect(trace.weights[1].digest == digest)
  }

  @Test("names every operation of every step, in order")
  func operations() async throws {
    let trace = try await TracedToy.reference.value
    #expect(trace.steps.map(\.number) == [1, 2, 1, 2])
    #expect(trace.steps.map(\.arm.name) == ["sft", "sft", "eaft", "eaft"])
    let names = trace.steps[0].results.map(\.operation)
    #expect(names.first == "micro-batch 1, tokens of the batch")
    #expect(names.last == "loss")
    #expect(names.contains("after AdamW: model.layers.1.self_attn.q_norm.weight"))
    let order = [
      "micro-batch 1, layer 0, forward: query/key/value projection",
      "micro-batch 1, forward: logits", "micro-batch 1, objective: weight of each token",
      "micro-batch 1, layer 1, backward: gradient of gate and up",
      "micro-batch 2, tokens of the batch", "gradient norm", "learning rate",
    ]
    #expect(
      order.map { names.firstIndex(of: $0) ?? -1 } == order.compactMap(names.firstIndex).sorted())
    #expect(!order.contains { !names.contains($0) })
    // Both arms begin alike, and part at the weights of the objective.
    let (sft, eaft) = (trace.steps[0].results, trace.steps[2].results)
    let parted = zip(sft, eaft).first { $0.fingerprint != $1.fingerprint }
    #expect(parted?.0.operation == "micro-batch 1, objective: weight of each token")
    #expect(trace.weights.count == 2 && trace.weights[0].digest != trace.weights[1].digest)
    #expect(trace.evaluations.map(\.name).prefix(3) == ["hellaswag", "arc_challenge", "gsm8k"])
    #expect(trace.evaluations.count == 9)
    for evaluation in trace.evaluations {
      #expect(evaluation.documents.count == 4 && !evaluation.rows.isEmpty)
      #expect(evaluation.operations.count == 2 * 11 + 3)
      #expect(Set(evaluation.rows.map(\.key)).count == evaluation.rows.count)
    }
  }

  @Test("captures exactly the values that a fingerprint was taken of")
  func capture() async throws {
    let (toy, trace) = (try await TracedToy(), try await TracedToy.reference.value)
    for (step, index) in [(0, 0), (1, 25), (3, trace.steps[3].results.count - 1)] {
      let traced = trace.steps[step]
      var request = TraceRequest(threads: 1)
      request.capture = .training(arm: traced.arm, step: traced.number, index: index)
      let captured = try await toy.execute(request).captured
      try #require(captured.count == 1)
      let result = traced.results[index]
      #expect((captured[0].rows, captured[0].columns) == (result.rows, result.columns))
      #expect(captured[0].bytes.withUnsafeBytes { Fingerprint(of: $0) } == result.fingerprint)
    }
    let evaluation = trace.evaluations[5]
    let (row, operation) = (evaluation.rows[evaluation.rows.count / 2], 7)
    var request = TraceRequest(threads: 1)
    request.capture = .evaluation(
      arm: evaluation.arm, name: evaluation.name, operation: evaluation.operations[operation],
      tokenCount: row.key.count, tokens: row.key.fingerprint.value)
    let captured = try await toy.execute(request).captured
    let fingerprints = captured.map { $0.bytes.withUnsafeBytes { Fingerprint(of: $0).value } }
    #expect(Set(fingerprints) == [row.fingerprints[operation]])
  }

  @Test("travels between processes in a file, and a damaged file is refused")
  func file() async throws {
    var response = TraceResponse(threads: 2)
    response.trace = try await TracedToy.reference.value
    response.captured = [
      CapturedTensor(element: .float64, rows: 1, columns: 2, bytes: [UInt8](0..<16))
    ]
    let bytes = response.bytes
    #expect(try TraceResponse(bytes, source: "trace") == response)
    // A smaller one is damaged in many ways.
    response.trace.steps = Array(response.trace.steps.prefix(1))
    response.trace.evaluations = []
    let small = response.bytes
    for length in stride(from: 0, to: small.count, by: 97) {
      #expect(throws: DeterminismError.self) {
        try TraceResponse(Array(small.prefix(length)), source: "trace")
      }
    }
    try fuzz(300) { _, generator in
      do {
        _ = try TraceResponse(mutated(small, &generator), source: "trace")
      } catch let error as DeterminismError {
        #expect(error.code == .trace && error.message.contains("damaged"))
      }
    }
  }
}
