import Assets
import Manifests
import Recipes
import Tokenizers
import Training

/// How long training examples are, from all of them, from some, or from the manifest alone.
struct TrainingSample: Sendable, Equatable {
  /// How many there are; nil while nobody has counted them.
  var count: Int?
  /// Tokens of a usual one.
  var meanTokens: Double
  /// Share of the tokens that is learned.
  var learnedShare: Double
  /// Tokens of the longest one, and of the largest micro-batch.
  var longest: Double
  var largestBatch: Double
  /// Bytes of all data that is not prepared yet.
  var unpreparedBytes = 0

  /// Tokens that an example has while its data is not here, at most.
  private static let usualTokens = 400
  /// Rows that are tokenised where the data is here.
  private static let sampleSize = 64

  /// What the manifest alone tells.
  init(_ manifest: Manifest) {
    let maximum = manifest.trainingData.lengths.maximumLength
    (longest, meanTokens) = (Double(maximum), Double(min(maximum / 2, Self.usualTokens)))
    learnedShare = manifest.trainingData.trainsOnInputs ? 1 : 0.75
    largestBatch = longest * Double(manifest.training.settings.microBatchSize)
    count = manifest.trainingData.exampleLimit
  }

  /// What all examples tell.
  init(_ manifest: Manifest, _ examples: PreparedExamples) {
    self.init(manifest)
    let lengths = (0..<examples.count).map(examples.tokenCount)
    let tokens = lengths.reduce(0, +)
    guard tokens > 0 else { return }
    count = lengths.count
    let learned = lengths.indices.reduce(0) { $0 + examples.trainableCount($1) }
    meanTokens = Double(tokens) / Double(lengths.count)
    learnedShare = Double(learned) / Double(tokens)
    longest = Double(lengths.max() ?? 0)
    largestBatch = lengths.sorted(by: >).prefix(manifest.training.settings.microBatchSize)
      .reduce(0) { $0 + Double($1) }
  }

  /// What the first rows of data that is here but not prepared tell.
  ///
  /// - Throws: What reading, the template and the rule for long conversations throw, as preparing would.
  init(_ manifest: Manifest, files: [ResolvedAsset], tokenizer: Tokenizer, threads: Int) throws {
    self.init(manifest)
    unpreparedBytes = files.reduce(0) { $0 + $1.bytes }
    guard let file = files.first else { return }
    let data = manifest.trainingData
    let builder = ExampleBuilder(
      tokenizer: tokenizer, template: manifest.model.chatTemplate,
      rule: LabelRule(trainsOnInputs: data.trainsOnInputs, endOfTurn: data.endOfTurn))
    var kept: [TrainingExample] = []
    do {
      try RowTable.forEachPart(path: file.path, format: data.format, name: file.asset.name) {
        part in
        let conversations = Array(
          try TrainingConversations.read(part, fields: data.fields).prefix(Self.sampleSize))
        kept = try builder.examples(conversations, from: 0, threads: threads).enumerated()
          .compactMap { try data.lengths.kept($1, at: $0) }
        throw Enough()
      }
    } catch is Enough {}
    let tokens = kept.reduce(0) { $0 + $1.inputIDs.count }
    guard tokens > 0 else { return }
    meanTokens = Double(tokens) / Double(kept.count)
    learnedShare = Double(kept.reduce(0) { $0 + $1.trainableCount }) / Double(tokens)
  }

  /// Ends reading.
  private struct Enough: Error {}

  /// What a training of the manifest learns from.
  func work(_ settings: TrainingConfiguration) -> RunEstimate.TrainingWork {
    let perStep = Double(settings.examplesPerStep)
    let seen =
      settings.maximumSteps.map { Double($0) * perStep }
      ?? Double(count ?? 10_000) * Double(settings.epochs)
    let tokens = seen * meanTokens
    return RunEstimate.TrainingWork(
      steps: (seen / perStep).rounded(.up), tokens: tokens, learned: tokens * learnedShare,
      length: meanTokens)
  }

  /// What the manifest has inspected of an arm's examples.
  func inspected(_ manifest: Manifest) -> RunEstimate.TrainingWork {
    let examples = manifest.inspection?.tokens?.examples ?? 0
    let tokens = Double(min(examples, count ?? examples)) * meanTokens
    return RunEstimate.TrainingWork(
      steps: 0, tokens: tokens, learned: tokens * learnedShare, length: meanTokens)
  }
}
