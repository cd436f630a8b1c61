import Evaluation
import Foundation
import LanguageModels
import Manifests
import Recipes
import Tensors
import TestSupport
import Testing

@testable import Replication

@Suite("How long a run should take") struct RunEstimateTests {
  /// The model of the toy.
  private func toy() throws -> ModelConfiguration {
    let folder = "\(Checkout.manifests)/tiny"
    return try ModelDescription(
      configurationPath: "\(folder)/config.json", tokenizerPath: "\(folder)/tokenizer.json",
      tokenizerConfigurationPath: nil
    ).configuration
  }

  private func manifest() throws -> Manifest {
    try ManifestFile.read(
      "\(Checkout.manifests)/tiny.yaml"
    ).manifest
  }

  private static let speed = WorkSpeed(training: 1000, update: 10, scoring: 100, generation: 1)

  @Test("A model's work is one multiply-add for each matrix element, and what attention sees")
  func work() throws {
    let work = ModelWork(try toy())
    // Two layers: queries, keys and values, output, gate, up and down projection.
    #expect(work.layers == 2 * Double(64 * 128 + 64 * 64 + 3 * 64 * 128))
    #expect(work.head == 640 * 64 && work.attention == 2 * 64 * 2)
    #expect(
      work.forward(tokens: 10, outputs: 3, length: 20)
        == 10 * (work.layers + work.attention * 10) + 3 * work.head)
  }

  @Test("Times are work by speed: passes and updates of a training, tokens of an evaluation")
  func times() throws {
    let work = ModelWork(try toy())
    let estimate = RunEstimate(work: work, speed: Self.speed)
    let training = RunEstimate.TrainingWork(steps: 5, tokens: 100, learned: 40, length: 20)
    let forward = work.forward(tokens: 100, outputs: 40, length: 20)
    let plain = estimate.seconds(of: training, objective: .crossEntropy)
    #expect(plain == RunEstimate.fixedSeconds + 3 * forward / 1000 + 5 * work.parameters / 10)
    // What masks tokens predicts all of them first.
    let mask = try ConflictMask(k: 20, entropyQuantile: 0.15, probabilityQuantile: 0.15)
    let masked = estimate.seconds(of: training, objective: .masked(mask))
    #expect(abs(masked - plain - forward / 1000) < 1e-6 * masked)
    var evaluation = EvaluationWork()
    (evaluation.tokens, evaluation.outputs, evaluation.length) = (50, 5, 10)
    let scored = estimate.seconds(of: evaluation)
    #expect(
      scored
        == RunEstimate.fixedSeconds + work.forward(tokens: 50, outputs: 5, length: 10) / 100)
    evaluation.generated = 7
    #expect(
      estimate.seconds(of: evaluation) - scored
        == work.forward(tokens: 7, outputs: 7, length: 20))
  }

  @Test("A planned run's times, disk and memory follow from its manifest and sizes")
  func plannedWork() throws {
    let (manifest, model) = (try manifest(), try toy())
    let training = TrainingSample(manifest)
    #expect(training.meanTokens == 64 && training.longest == 128 && training.largestBatch == 256)
    let work = PlannedWork(
      manifest, model: model, untouched: InferenceWeightSizes(model, .bfloat16), training: training,
      evaluations: manifest.evaluations.map(\.usualWork), speed: Self.speed, threads: 2)
    let steps: [RunPlan.Work] = [
      .preparation, .training(.crossEntropy), .training(.crossEntropy), .evaluation(0, of: "base"),
    ]
    #expect(work.seconds(of: steps[0]) == nil && (work.seconds(of: steps[3]) ?? 0) > 0)
    let learned = training.work(manifest.training.settings)
    #expect(learned.steps == 20 && learned.tokens == 20 * 4 * 64)
    let room = MachineRoom(freeDisk: 1, availableMemory: 1)
    let resources = work.resources(of: steps, downloads: [], room: room)
    let weights = ParameterLayout(model).count * 4
    // Two arms with one seed; of 20 steps every fifth is saved and the tenth kept, the last not being one of both.
    #expect(
      resources.disk == [
        .init("weights", bytes: 2 * weights), .init("kept checkpoints", bytes: 2 * 3 * weights),
        .init("checkpoints", bytes: 2 * 3 * weights, isTemporary: true),
      ])
    #expect(try #require(resources.trainingMemory) > 4 * weights)
    // With no room for all weights, a layer of the untouched model is held at a time, as bfloat16.
    #expect(try #require(resources.evaluation).isLayerByLayer)
    func evaluation(_ arm: String, room: MachineRoom) throws -> RunResources.EvaluationMemory {
      let steps: [RunPlan.Work] = [.evaluation(0, of: arm)]
      return try #require(work.resources(of: steps, downloads: [], room: room).evaluation)
    }
    let wide = MachineRoom(freeDisk: 1, availableMemory: 1 << 40)
    let (base, sft) = (try evaluation("base", room: wide), try evaluation("sft", room: wide))
    #expect(!base.isLayerByLayer && !sft.isLayerByLayer)
    #expect(sft.bytes - base.bytes > weights / 3 && sft.bytes - base.bytes <= weights / 2)
    #expect(resources.lacksDisk && resources.lacksMemory)
    let evaluated = work.resources(of: [steps[3]], downloads: [], room: room)
    #expect(evaluated.disk.isEmpty && evaluated.trainingMemory == nil)
  }

  @Test("A trained arm on given texts takes the untouched model's time and memory besides its own")
  func baseBesides() throws {
    let manifest = try ManifestFile.read("\(Checkout.manifests)/smollm2-135m-conflict.yaml")
      .manifest
    let model = try toy()
    let work = PlannedWork(
      manifest, model: model, untouched: InferenceWeightSizes(model, .float32),
      training: TrainingSample(manifest), evaluations: manifest.evaluations.map(\.usualWork),
      speed: Self.speed, threads: 2)
    let (base, arm) = (
      RunPlan.Work.evaluation(0, of: "base"), RunPlan.Work.evaluation(0, of: "sft")
    )
    let alone = try #require(work.seconds(of: base))
    #expect(try #require(work.seconds(of: arm)) == 2 * alone)
    let room = MachineRoom(freeDisk: 1, availableMemory: 1 << 40)
    func bytes(_ step: RunPlan.Work) throws -> Int {
      try #require(work.resources(of: [step], downloads: [], room: room).evaluation).bytes
    }
    #expect(try bytes(arm) - bytes(base) >= ParameterLayout(model).count * 4)
  }

  @Test("Documents and rows that are here count as they are, before anything is stored")
  func realDocuments() async throws {
    let file = try ManifestFile.read(
      "\(Checkout.manifests)/tiny.yaml")
    let options = RunOptions(artifacts: "/nonexistent/artifacts", threads: 2)
    let sources = InputSources(file, options: options)
    let (glimpse, manifest) = (await InputGlimpse(sources), file.manifest)
    #expect(glimpse.model == (try toy()))
    let works = manifest.evaluations.map { glimpse.work(of: $0, manifest) }
    for (work, evaluation) in zip(works, manifest.evaluations) {
      #expect(work.tokens > 100 && work.tokens < evaluation.usualWork.tokens)
    }
    let generated = try #require(works.first { $0.generations > 0 })
    #expect(generated.generations == 8 && generated.generated == 8 * 32)
    let rows = glimpse.trainingSample(manifest, nil, threads: 2)
    #expect(rows.meanTokens > 50 && rows.meanTokens < 90)
    #expect(rows.learnedShare > 0.4 && rows.learnedShare < 0.7 && rows.unpreparedBytes == 22942)
    // What is not here counts as usual.
    let absent = try #require(manifest.evaluations.first).usualWork
    #expect(absent.tokens > 1e6 && absent.generations == 0)
    let plan = try await Runner(file, options: options, report: { _ in }).plan()
    #expect(try #require(plan.seconds) > 0 && plan.resources?.evaluation != nil)
  }

  @Test("What is measured has the shapes of the model, and is small whatever the model's size")
  func sampleModels() throws {
    let toy = try toy()
    #expect(SampleModel.configuration(of: toy) == toy)
    for count in [1e3, 1e6, 1.35e8, 1e9, 8e9, 1e15] {
      let usual = SampleModel.usual(parameterCount: count)
      let sample = SampleModel.configuration(of: usual)
      #expect(ParameterLayout(sample).count <= SampleModel.largest && sample.layerCount >= 1)
      #expect(count > 3e9 || sample.hiddenSize == usual.hiddenSize)
      if count > 1e7, count < 1e10 {
        let parameters = Double(ParameterLayout(usual).count)
        #expect(parameters > count * 0.8 && parameters < count * 1.5)
      }
    }
  }

  @Test("A speed is measured for the toy, a larger shape and an odd one, each a finite number")
  func measuring() throws {
    let manifest = try manifest()
    var odd = try toy()
    (odd.vocabularySize, odd.maximumPositions) = (3, 2)
    for model in [try toy(), SampleModel.usual(parameterCount: 1e8), odd] {
      let sample = WorkSample(
        model: model, manifest: manifest, training: TrainingSample(manifest),
        evaluations: manifest.evaluations.map(\.usualWork))
      let speed = try #require(try sample.measure(threads: 2, numerics: .portable))
      for value in [speed.training, speed.update, speed.scoring, speed.generation] {
        #expect(value > 0 && value.isFinite)
      }
    }
  }
}
