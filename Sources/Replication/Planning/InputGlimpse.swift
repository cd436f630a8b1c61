import Assets
import Evaluation
import LanguageModels
import Manifests
import Scoring
import Tokenizers

/// What can be read of the inputs, some of which may still be missing, without anything written.
struct InputGlimpse: Sendable {
  /// The model's shape and its tokenizer; nil while its files are not here.
  let model: ModelConfiguration?
  let tokenizer: Tokenizer?
  /// What the untouched model's weights take where it is evaluated; nil while its files are not here.
  let untouched: InferenceWeightSizes?
  /// The files of every asset that is here whole.
  let files: [String: [ResolvedAsset]]

  /// Looks for every asset; one that is not here or not what it should be is left out, which others report.
  init(_ sources: InputSources) async {
    let resolver = sources.resolver(quiet: true, isReading: true)
    var files: [String: [ResolvedAsset]] = [:]
    for declaration in sources.manifest.assets {
      guard let assets = try? sources.assets(of: declaration),
        let found = try? await resolver.resolve(assets)
      else { continue }
      files[declaration.name] = found
    }
    let description = try? await RunInputs.description(of: sources, files)
    (model, tokenizer) = (description?.0.configuration, description?.0.tokenizer)
    untouched = description?.1
    self.files = files
  }

  /// What is read once all inputs are here.
  init(_ inputs: RunInputs) {
    (model, tokenizer, files) = (inputs.configuration, inputs.tokenizer, inputs.files)
    untouched = try? inputs.model.inferenceSizes(inputs.configuration)
  }

  /// How much an evaluation is: from its documents where they and the tokenizer are here, else from usual ones.
  func work(of evaluation: Manifest.Evaluation, _ manifest: Manifest) -> EvaluationWork {
    if let model, let tokenizer,
      evaluation.documents.allSatisfy({ files[$0] != nil }),
      evaluation.examples.allSatisfy({ files[$0] != nil }),
      let inputs = try? RunInputs.taskInputs(evaluation, files),
      let work = try? EvaluationWork(
        of: inputs, sample: Self.sampleSize, model: model, tokenizer: tokenizer,
        settings: manifest.settings(of: evaluation))
    {
      return work
    }
    return evaluation.usualWork
  }

  /// Documents of an evaluation that are tokenised.
  private static let sampleSize = 64

  /// How long training examples are.
  func trainingSample(
    _ manifest: Manifest, _ inputs: RunInputs?, threads: Int
  ) -> TrainingSample {
    if let inputs, inputs.isPrepared, let seed = manifest.training.seeds.first,
      let prepared = try? inputs.prepared(seed)
    {
      return TrainingSample(manifest, prepared.examples)
    }
    let data = manifest.trainingData.assets.map { files[$0] }
    if let tokenizer, data.allSatisfy({ $0 != nil }),
      let sample = try? TrainingSample(
        manifest, files: data.flatMap { $0 ?? [] }, tokenizer: tokenizer, threads: threads)
    {
      return sample
    }
    return TrainingSample(manifest)
  }
}

extension Manifest.Evaluation {
  /// How much the evaluation is, from the usual length of its tasks' documents.
  var usualWork: EvaluationWork {
    benchmark.tasks.reduce(EvaluationWork()) { sum, task in
      // Of texts that may be any, as many as there usually are.
      let count = Double(min(task.documentCount ?? 100, limit ?? .max))
      let usual = task.typicalTokens
      var work = EvaluationWork()
      let question = Double(usual.question)
      // Examples that all documents show are computed once, others each time.
      let isShared = task.fewShotRule == .firstRows && usual.answer == 0
      let shown = question * Double(task.shownExamples(requested: fewShotCount))
      work.length = question + shown
      work.tokens = count * (isShared ? question : question + shown)
      work.outputs = count * question / 4
      work.longest = 2 * work.length
      if usual.answer > 0 {
        let maximum = maximumNewTokens ?? usual.answer
        work.outputs = count * Double(sampling?.count ?? 1)
        work.generations = Int(work.outputs)
        work.generated = work.outputs * Double(min(maximum, usual.answer))
        work.longest = work.length + Double(maximum)
      }
      return sum + work
    }
  }
}
