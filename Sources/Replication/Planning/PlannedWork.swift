import Assets
import Evaluation
import LanguageModels
import Manifests
import Recipes
import Records
import Scoring
import Tensors
import Training

/// How large everything is that a manifest asks for, and how long it takes here.
struct PlannedWork: Sendable {
  /// What it is an estimate of.
  private let manifest: Manifest
  private let threads: Int
  /// The model's shape; a usual one while the model is not here.
  private let model: ModelConfiguration
  /// What the weights of the untouched model take where it is evaluated.
  private let untouched: InferenceWeightSizes
  private let training: TrainingSample
  /// The work of each evaluation, in the order of the manifest.
  private let evaluations: [EvaluationWork]
  /// Times; nil where nothing can be computed.
  private let estimate: RunEstimate?

  /// Bytes of the program itself, with a small tokenizer and data.
  private static let programMemory = 60e6

  /// Gathers sizes that were looked up, and measures nothing.
  init(
    _ manifest: Manifest, model: ModelConfiguration, untouched: InferenceWeightSizes,
    training: TrainingSample, evaluations: [EvaluationWork], speed: WorkSpeed?, threads: Int
  ) {
    self.untouched = untouched
    (self.manifest, self.model, self.training) = (manifest, model, training)
    (self.evaluations, self.threads) = (evaluations, threads)
    estimate = speed.map { RunEstimate(work: ModelWork(model), speed: $0) }
  }

  /// Looks at what is here, and works for some tenths of a second to see how fast this machine is.
  ///
  /// Nil while nothing is known of the model.
  init?(_ sources: InputSources, _ inputs: RunInputs?) async throws {
    let (manifest, threads) = (sources.manifest, sources.options.threads)
    let glimpse: InputGlimpse
    if let inputs {
      glimpse = InputGlimpse(inputs)
    } else {
      glimpse = await InputGlimpse(sources)
    }
    let assumed = manifest.assumedParameterCount.map(SampleModel.usual)
    guard let model = glimpse.model ?? assumed else { return nil }
    self = try await ComputeQueue.run {
      let training = glimpse.trainingSample(manifest, inputs, threads: threads)
      let evaluations = manifest.evaluations.map { glimpse.work(of: $0, manifest) }
      // What cannot be measured has no time; whether it can be run is for the run to say.
      let sample = WorkSample(
        model: model, manifest: manifest, training: training, evaluations: evaluations)
      let speed = try? manifest.engine.engine.speed(
        of: sample, for: manifest, options: sources.options)
      return PlannedWork(
        manifest, model: model, untouched: glimpse.untouched ?? manifest.assumedSizes(model),
        training: training, evaluations: evaluations, speed: speed, threads: threads)
    }
  }

  /// Estimated seconds of a step; nil for one that nothing is known of.
  func seconds(of work: RunPlan.Work) -> Double? {
    switch work {
    case .preparation: return nil
    case .training(let objective):
      return estimate?.seconds(
        of: training.work(manifest.training.settings), objective: objective,
        recomputes: manifest.training.recomputesActivations)
    case .inspection:
      return estimate.map { $0.seconds(ofPredicting: training.inspected(manifest)) }
    case .evaluation(let index, let arm):
      let seconds = estimate?.seconds(of: evaluations[index])
      return comparesWithBase(index, arm) ? seconds.map { 2 * $0 } : seconds
    }
  }

  /// Whether the untouched model goes over the texts of an evaluation beside the arm.
  private func comparesWithBase(_ evaluation: Int, _ arm: String) -> Bool {
    manifest.evaluations[evaluation].benchmark.needsBase && !untouchedArms.contains(arm)
  }

  private var untouchedArms: Set<String> {
    Set(manifest.arms.filter { $0.treatment == .untouched }.map(\.name))
  }

  /// Disk and memory that steps take which are still to be done.
  ///
  /// - Parameters:
  ///   - work: the steps that are not reused.
  ///   - downloads: what is downloaded first.
  ///   - room: what there is.
  /// - Returns: what is needed and what there is.
  func resources(
    of work: [RunPlan.Work], downloads: [PlannedDownload], room: MachineRoom
  ) -> RunResources {
    let demand = manifest.engine.engine.memory(of: model)
    let weights = demand?.weights ?? 0
    let trainings = Double(work.count { if case .training = $0 { true } else { false } })
    let steps = Int(min(training.work(manifest.training.settings).steps, 1e7))
    let saved = manifest.training.checkpointInterval.map { (steps - 1) / $0 } ?? 0
    let kept = Double(manifest.training.keptSteps(ofTotal: steps).count)
    // Weights and two moments; a new one is written beside the one before it.
    let checkpoint = trainings > 0 ? 3 * weights : 0
    let tokens = Double(training.unpreparedBytes)
    return RunResources(
      disk: [
        .init("downloads", bytes: downloads.compactMap(\.bytes).reduce(0, +)),
        .init("prepared tokens", work.contains(.preparation) ? tokens : 0),
        .init("weights", trainings * weights),
        .init("kept checkpoints", trainings * kept * checkpoint),
        .init("checkpoints", Double(min(saved, 2)) * checkpoint, isTemporary: true),
      ],
      trainingMemory: trainings == 0
        ? nil
        : demand.map { demand in
          RunResources.whole(
            Self.programMemory
              + demand.training(
                tokens: training.largestBatch, longest: training.longest, threads: threads,
                recomputes: manifest.training.recomputesActivations))
        },
      evaluation: demand.flatMap { evaluation(of: work, $0, room) }, room: room)
  }

  /// The largest memory of evaluations; nil if nothing is evaluated.
  private func evaluation(
    of work: [RunPlan.Work], _ demand: MemoryDemand, _ room: MachineRoom
  ) -> RunResources.EvaluationMemory? {
    let untouchedArms = untouchedArms
    // Training leaves fp32.
    let trained = InferenceWeightSizes(model, .float32)
    return work.compactMap { work -> RunResources.EvaluationMemory? in
      guard case .evaluation(let index, let arm) = work else { return nil }
      let weights = untouchedArms.contains(arm) ? untouched : trained
      let isWhole = room.holdsWhole(weights)
      let evaluation = evaluations[index]
      func bytes(_ weights: InferenceWeightSizes) -> Double {
        demand.inference(
          weights: isWhole ? weights.whole : weights.layerByLayer, rows: evaluation.tokens,
          longest: evaluation.longest, sequences: evaluation.generations, threads: threads,
          limits: NativeEngine.limits(isReadLayerByLayer: !isWhole, numerics: manifest.numerics))
      }
      let base = comparesWithBase(index, arm) ? bytes(untouched) : 0
      return RunResources.EvaluationMemory(
        bytes: RunResources.whole(Self.programMemory + bytes(weights) + base),
        isLayerByLayer: !isWhole)
    }.max { $0.bytes < $1.bytes }
  }
}

extension WorkSample {
  /// What is measured for a manifest.
  init(
    model: ModelConfiguration, manifest: Manifest, training: TrainingSample,
    evaluations: [EvaluationWork]
  ) {
    self.model = model
    let objectives = manifest.arms.compactMap { arm in
      if case .trained(let objective, _, _, _) = arm.treatment { objective } else { nil }
    }
    var settings = manifest.training.settings
    settings.objective = objectives.last ?? settings.objective
    self.training = settings
    exampleTokens = Int(min(training.meanTokens, 1e6))
    learnedShare = training.learnedShare
    let scored = evaluations.filter { $0.tokens > 0 }.max { $0.tokens < $1.tokens }
    scoredTokens = Int(min(scored?.length ?? 128, 1e6))
    scoredTexts = scored.map { Int(min($0.tokens / max($0.length, 1), 1e6)) } ?? 1
    generatedTexts = min(32, evaluations.map(\.generations).max() ?? 0)
  }
}

extension Manifest {
  /// Parameters of a model that is not here yet, from its size, if that is stated.
  ///
  /// Quantised GGUF files have about 6.5 bits for each, the safetensors files of the Hub usually 16.
  fileprivate var assumedParameterCount: Double? {
    guard case .pretrained(let name) = model.source else { return 1e6 }
    guard let asset = asset(named: name) else { return nil }
    guard case .hub(let hub) = asset.source else { return asset.bytes.map { Double($0) * 8 / 6.5 } }
    let sizes = hub.files.filter { $0.path.hasSuffix(".safetensors") }.map(\.bytes)
    let known = sizes.compactMap(\.self)
    return sizes.isEmpty || known.count < sizes.count ? nil : Double(known.reduce(0, +)) / 2
  }

  /// What the weights of such a model take where it is evaluated.
  fileprivate func assumedSizes(_ model: ModelConfiguration) -> InferenceWeightSizes {
    guard case .pretrained(let name) = self.model.source,
      case .hub = asset(named: name)?.source
    else { return InferenceWeightSizes(model, .float32) }
    return InferenceWeightSizes(model, .bfloat16)
  }
}
