import Files
import Foundation
import Provenance
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

@Suite("Golden files") struct GoldenFileTests {
  private func golden() async throws -> (golden: GoldenFile, manifest: Manifest) {
    let manifest = try await TracedToy().file.manifest
    let golden = try GoldenFile(
      try await TracedToy.reference.value, manifest: manifest, steps: 2, code: .noRepository)
    return (golden, manifest)
  }

  private func parse(_ text: String) throws -> GoldenFile {
    let folder = try TemporaryFolder()
    return try GoldenFile.read(try folder.write(Array(text.utf8), to: "golden.json"))
  }

  @Test("come back from their text, say who made them, and are small")
  func roundTrip() async throws {
    let (golden, manifest) = try await golden()
    let text = try golden.text()
    let read = try parse(text)
    #expect(try read.text() == text)
    #expect(text.utf8.count < 20_000)
    #expect(read.origin.contains("recorded by version \(Version.text)"))
    #expect(read.divergences(try await TracedToy.reference.value) == [])
    try read.check(manifest, steps: 2, source: "golden.json")
  }

  @Test("name the first operation that differs in training")
  func training() async throws {
    let (golden, trace) = (try await golden().golden, try await TracedToy.reference.value)
    for (step, index) in [(0, 0), (1, 30), (2, 77), (3, trace.steps[3].results.count - 1)] {
      let found = golden.divergences(trace.planting(step: step, index: index))
      try #require(found.count == 1)
      #expect(found[0].operation == trace.steps[step].results[index].operation)
      #expect(found[0].place == "\(trace.steps[step].arm), step \(trace.steps[step].number)")
    }
  }

  @Test("say that digests of one byte may miss an earlier result")
  func doubt() async throws {
    let (golden, trace) = (try await golden().golden, try await TracedToy.reference.value)
    let short = GoldenFile(
      name: golden.name, manifest: golden.manifest, steps: golden.steps,
      numerics: golden.numerics, madeBy: golden.madeBy, selfTest: golden.selfTest,
      trainingBytes: 1, evaluationBytes: 4,
      trainings: golden.trainings.map { training in
        GoldenFile.Training(
          arm: training.arm,
          steps: trace.steps.filter { $0.arm == training.arm }.map {
            GoldenFile.Step($0, bytes: 1)
          }, weights: training.weights)
      }, evaluations: [])
    let planted = trace.planting(step: 1, index: 30)
    #expect(short.divergences(planted).first?.note?.contains("1 in 256") == true)
  }

  @Test("name the first operation that differs in evaluation")
  func evaluation() async throws {
    let (golden, trace) = (try await golden().golden, try await TracedToy.reference.value)
    let found = golden.divergences(
      trace.planting(evaluation: 4, rows: [2], operation: 8)
        .planting(evaluation: 4, rows: [9], operation: 12))
    try #require(found.count == 1)
    #expect(found[0].operation == trace.evaluations[4].operations[8])
    #expect(found[0].place == "arm 'sft', seed 42, evaluation arc_challenge")
  }

  @Test("with less than the execution has are no match")
  func trimmed() async throws {
    let (golden, trace) = (try await golden().golden, try await TracedToy.reference.value)
    func copy(
      _ trainings: [GoldenFile.Training], _ evaluations: [GoldenFile.Evaluation]
    ) -> GoldenFile {
      GoldenFile(
        name: golden.name, manifest: golden.manifest, steps: golden.steps,
        numerics: golden.numerics, madeBy: golden.madeBy, selfTest: golden.selfTest,
        trainingBytes: golden.trainingBytes, evaluationBytes: golden.evaluationBytes,
        trainings: trainings, evaluations: evaluations)
    }
    func notes(
      _ trainings: [GoldenFile.Training], _ evaluations: [GoldenFile.Evaluation]
    ) -> [String?] {
      copy(trainings, evaluations).divergences(trace).map { divergence in
        (divergence.note?.contains("missing from the golden file") ?? false)
          ? divergence.place : divergence.sentence
      }
    }
    let (trainings, evaluations) = (golden.trainings, golden.evaluations)
    #expect(notes(trainings, evaluations) == [])
    #expect(
      notes([], []) == ["arm 'sft', seed 42", "arm 'base', evaluation hellaswag"])
    #expect(notes(Array(trainings.dropLast()), evaluations) == ["arm 'eaft', seed 42"])
    for index in evaluations.indices {
      var fewer = evaluations
      let gone = fewer.remove(at: index)
      #expect(notes(trainings, fewer) == ["\(gone.arm), evaluation \(gone.name)"])
    }
    let steps = GoldenFile.Training(
      arm: trainings[0].arm, steps: Array(trainings[0].steps.dropLast()),
      weights: trainings[0].weights)
    #expect(
      copy([steps, trainings[1]], evaluations).divergences(trace).first?.operation
        == "number of training steps")
    let empty = try copy([], []).text()
    #expect {
      try parse(empty)
    } throws: { error in
      (error as? DeterminismError)?.code == .golden && "\(error)".contains("no training and no")
    }
  }

  @Test("of another manifest or another length are refused with a sentence")
  func others() async throws {
    let (golden, manifest) = try await golden()
    for (other, steps) in [(manifest, nil), (manifest, 3), (manifest.shortened(steps: 1), 2)] {
      #expect {
        try golden.check(other, steps: steps, source: "golden.json")
      } throws: { error in
        (error as? DeterminismError)?.code == .golden
          && "\(error)".contains("golden.json is of another manifest or another length")
      }
    }
  }

  @Test("that are missing, of another version or damaged are refused with a sentence")
  func damage() async throws {
    func message(_ body: () throws -> Void) -> String? {
      do {
        try body()
        return nil
      } catch {
        return (error as? DeterminismError).flatMap { $0.code == .golden ? $0.message : nil }
      }
    }
    let text = try await golden().golden.text()
    #expect(
      message { _ = try GoldenFile.read("/nowhere/golden.json") }?.contains(
        "There is no golden file")
        == true)
    let future = text.replacingOccurrences(of: "golden/v1", with: "golden/v9")
    #expect(message { _ = try parse(future) }?.contains("\"replicate/golden/v9\"") == true)
    let trace = try await TracedToy.reference.value
    fuzz(60) { _, generator in
      let bytes = mutated(Array(text.utf8), &generator)
      do {
        // Some damage is only found when it is compared.
        let read = try parse(String(decoding: bytes, as: UTF8.self))
        _ = read.divergences(trace)
      } catch {
        #expect((error as? DeterminismError)?.code == .golden)
      }
    }
  }
}
