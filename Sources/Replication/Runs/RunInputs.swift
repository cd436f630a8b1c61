import Assets
import Evaluation
import Files
import LanguageModels
import Manifests
import Provenance
import Recipes
import Records
import Scoring
import Tensors
import Tokenizers
import Training

/// Everything that a run reads: verified files, the tokenizer, and the examples of each seed.
struct RunInputs: Sendable {
  /// The files of each declared asset, verified unless nobody reads them: rows that were prepared before.
  let files: [String: [ResolvedAsset]]
  private let examples: [UInt64: PreparedData]
  /// What trains and answers, with the model that every arm starts from.
  let engine: any Engine
  /// That model.
  let model: StartingModel
  private let threads: Int
  private let numerics: Numerics
  /// What identifies the model and its tokenizer.
  let modelIdentity: JSON
  /// What every step's result depends on besides its own inputs.
  private let common: JSON
  /// Shape of the model, and its tokenizer.
  let configuration: ModelConfiguration
  let tokenizer: Tokenizer
  /// Keeps what was brought from being removed as long as these inputs are in use.
  private let use: StoreUse

  /// What a loader reads links in, as long as these inputs are in use.
  private let links: LinkedFolder?

  /// What may be done to have the inputs.
  enum Access: Equatable {
    /// What is missing is brought, and the training data prepared, unless they are.
    case bringing
    /// Nothing is written, and nothing prepared.
    case looking
    /// The training data is prepared anew, in memory, whatever the folder holds of it: that may be somebody else's. Only
    /// if `bringing` is anything written, which is what is missing.
    case auditing(bringing: Bool)

    var isAuditing: Bool { self != .bringing && self != .looking }
    var isReading: Bool { self != .bringing && self != .auditing(bringing: true) }
  }

  /// Brings what is missing and prepares the training data.
  ///
  /// - Parameters:
  ///   - sources: Where everything is.
  ///   - quiet: Whether nobody is told of each file.
  ///   - access: What may be done.
  ///   - isFinished: Whether a run of this identity is finished: its training data is neither prepared nor looked at.
  /// - Throws: ``AssetError`` `notStored` for what would have to be stored first, but may not.
  init(
    _ sources: InputSources, quiet: Bool, access: Access = .bringing,
    unless isFinished: (Digest) throws -> Bool = { _ in false }
  ) async throws {
    let isReading = access.isReading
    let manifest = sources.manifest
    var resolver = sources.resolver(
      quiet: quiet, isReading: isReading, isAuditing: access.isAuditing)
    try sources.require()
    use = try StoreUse(sources.store, isReading: isReading)
    var files: [String: [ResolvedAsset]] = [:]
    // What need not be downloaded comes first: if something of it is not what it should be, nothing is downloaded.
    let assets = try manifest.assets.map { (name: $0.name, files: try sources.assets(of: $0)) }
    resolver.expected = assets.flatMap(\.files)
    let isDownloaded = try assets.map { !(try resolver.plannedDownloads(for: $0.files).isEmpty) }
    // The model comes before all others of its kind: what cannot be computed needs no data.
    let modelNames = manifest.model.source.assets
    let isPreparing =
      access.isAuditing || access == .bringing && sources.options.isRepeating
    if !isPreparing {
      for asset in assets where manifest.isOnlyTrainedOn(asset.name) {
        files[asset.name] = try resolver.unread(asset.files)
      }
    }
    let unread = Set(files.keys)
    for (isLate, isModel) in [(false, true), (false, false), (true, true), (true, false)] {
      for (asset, isDownloaded) in zip(assets, isDownloaded)
      where isDownloaded == isLate && modelNames.contains(asset.name) == isModel
        && !unread.contains(asset.name)
      {
        files[asset.name] =
          isModel
          ? try await Self.modelFiles(asset.files, resolver, sources.store)
          : try await resolver.resolve(asset.files)
      }
      if isModel { try Self.checkModel(manifest, files) }
    }
    links = try await Self.links(manifest, files, sources, isReading: isReading)
    let model = Self.model(manifest, files, links)
    modelIdentity = model.identity
    self.model = model.input
    (threads, numerics) = (sources.options.threads, manifest.numerics)
    engine = try manifest.engine.engine.init(
      manifest, model: model.input, options: sources.options)
    let statement = engine.statement
    common = [
      "engine": .string(statement.name), "numerics": .string(statement.numerics),
      "program": JSON(statement.program), "model": modelIdentity,
    ]
    let description = try await ComputeQueue.run { try model.input.describe() }
    try description.configuration.generation.check(
      for: manifest.evaluations.flatMap(\.benchmark.tasks))
    (configuration, tokenizer) = (description.configuration, description.tokenizer)
    if try isFinished(
      CanonicalJSON.digest(of: Self.identityBasis(of: manifest, common: common, files: files)))
    {
      (self.files, examples) = (files, [:])
      return
    }
    let preparation = try DataPreparation(files, manifest: manifest, common: common)
    let note: @Sendable (String) -> Void = { [report = sources.report] in report(.note($0)) }
    let known =
      isPreparing
      ? nil
      : try preparation.stored(
        StepCache(artifacts: sources.options.artifacts), sources.store, note: note)
    if known == nil {
      for asset in assets where unread.contains(asset.name) {
        files[asset.name] = try await resolver.resolve(asset.files)
      }
    }
    self.files = files
    examples = try await Self.examples(
      preparation, known, description.tokenizer, sources, access: access, note: note)
  }

  /// The examples of each seed, prepared now unless the table of them is `known`.
  private static func examples(
    _ preparation: DataPreparation, _ known: DataPreparation.Table?, _ tokenizer: Tokenizer,
    _ sources: InputSources, access: Access, note: @escaping @Sendable (String) -> Void
  ) async throws -> [UInt64: PreparedData] {
    let (store, options) = (sources.store, sources.options)
    let cache = StepCache(artifacts: options.artifacts)
    let table: DataPreparation.Table
    switch (access, known) {
    case (.bringing, let known?), (.looking, let known?): table = known
    case (.looking, nil): return [:]
    case (.auditing, _):
      table = try await ComputeQueue.run {
        try preparation.makeInMemory(tokenizer, threads: options.threads)
      }
    case (.bringing, nil):
      let writer = try await ArtifactWriter(
        store, note: note, waiting: { note("waiting for another run") })
      table = try await ComputeQueue.run {
        // Whoever was at it may have finished it meanwhile.
        if !options.isRepeating, let known = try preparation.stored(cache, store, note: note) {
          return known
        }
        return try preparation.make(tokenizer, threads: options.threads, cache, writer)
      }
    }
    let seeds = sources.manifest.training.seeds
    let isBringing = access == .bringing
    let believed = isBringing && !options.isRepeating || access == .looking ? cache : nil
    return try await ComputeQueue.run {
      var examples: [UInt64: PreparedData] = [:]
      for seed in seeds {
        examples[seed] = try PreparedData(
          table, of: preparation, seed: seed, believing: believed,
          remembering: isBringing ? cache : nil)
      }
      return examples
    }
  }

  /// The native engine with the same model, for what only it can do: asking what would be asked, tracing, replaying.
  func nativeEngine() throws -> NativeEngine {
    if let engine = engine as? NativeEngine { return engine }
    return try NativeEngine(model: model, threads: threads, numerics: numerics)
  }

  /// Whether the training data is prepared, as it is unless these inputs are only for looking, or for a finished run.
  var isPrepared: Bool { !examples.isEmpty }

  /// The examples that arms with this seed are trained on.
  func prepared(_ seed: UInt64) throws -> PreparedData {
    guard let data = examples[seed] else {
      preconditionFailure("Examples are prepared for every seed of the manifest.")
    }
    return data
  }

  /// The only file of an asset.
  static func file(_ name: String, _ files: [String: [ResolvedAsset]]) -> ResolvedAsset {
    guard let file = files[name]?.first else {
      preconditionFailure("The manifest declares every asset that it refers to.")
    }
    return file
  }

  // MARK: - Data

  /// The rows of some assets' files.
  private static func tables(
    _ names: [String], _ files: [String: [ResolvedAsset]], format: DataFormat
  ) throws -> [RowTable] {
    try names.flatMap { files[$0] ?? [] }.map {
      try RowTable.read(path: $0.path, format: format, name: $0.asset.name)
    }
  }

  /// The tasks of an evaluation with their documents.
  func taskInputs(_ evaluation: Manifest.Evaluation) throws -> [TaskInput] {
    try Self.taskInputs(evaluation, files)
  }

  /// The same with the rows that they are made from.
  func askedTasks(_ evaluation: Manifest.Evaluation) throws -> [EvaluationInputs.AskedTask] {
    try Self.askedTasks(evaluation, files)
  }

  /// The tasks of an evaluation with their documents, out of the files that each asset stands for.
  static func taskInputs(
    _ evaluation: Manifest.Evaluation, _ files: [String: [ResolvedAsset]]
  ) throws -> [TaskInput] {
    try askedTasks(evaluation, files).map(\.input)
  }

  private static func askedTasks(
    _ evaluation: Manifest.Evaluation, _ files: [String: [ResolvedAsset]]
  ) throws -> [EvaluationInputs.AskedTask] {
    try EvaluationInputs(
      benchmark: evaluation.benchmark, columns: evaluation.columns, oneRowPer: evaluation.oneRowPer,
      limit: evaluation.limit
    ).asked(
      documents: tables(evaluation.documents, files, format: evaluation.format),
      examples: tables(evaluation.examples, files, format: evaluation.format))
  }

  /// What an evaluation checks instructions with; nil unless its task needs it.
  func languageTools(_ evaluation: Manifest.Evaluation) throws -> LanguageTools? {
    try evaluation.languageData.map { data in
      try LanguageData(
        punkt: files[data.punkt] ?? [], profiles: Self.file(data.profiles, files),
        messages: Self.file(data.messages, files)
      ).tools()
    }
  }

  // MARK: - Identity

  /// Names and digests of all inputs, sorted by asset.
  var recorded: [RecordedInput] {
    files.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.flatMap { name, files in
      files.map { file in
        RecordedInput(
          asset: name, file: file.asset.name, digest: file.sha256, byteCount: file.bytes)
      }
    }
  }

  /// Digests of the files of some assets.
  private static func digests(_ names: [String], _ files: [String: [ResolvedAsset]]) -> JSON {
    .array(names.flatMap { files[$0] ?? [] }.map { JSON($0.sha256) })
  }

  /// What the identity of the whole run is the digest of.
  func identityBasis(of manifest: Manifest) -> JSON {
    Self.identityBasis(of: manifest, common: common, files: files)
  }

  private static func identityBasis(
    of manifest: Manifest, common: JSON, files: [String: [ResolvedAsset]]
  ) -> JSON {
    [
      "step": "run/1", "common": common, "manifest": manifest.canonical,
      "inputs": digests(manifest.assets.map(\.name), files),
    ]
  }

  /// Identity of the whole run.
  func identity(of manifest: Manifest) throws -> Digest {
    try CanonicalJSON.digest(of: identityBasis(of: manifest))
  }

  /// Identity of the training of an arm.
  func trainingKey(_ configuration: TrainingConfiguration) throws -> Digest {
    try CanonicalJSON.digest(of: [
      "step": "train/1", "common": common, "configuration": .string(configuration.canonicalText),
      "examples": JSON(try prepared(configuration.seed).digest),
    ])
  }

  /// Identity of what is looked at in an arm; nil if nothing is.
  func inspectionKey(
    _ manifest: Manifest, objective: Objective, seed: UInt64, weights: Digest
  ) throws -> Digest? {
    try manifest.inspection.map { inspection in
      try CanonicalJSON.digest(of: [
        "step": "inspect/2", "common": common, "weights": JSON(weights),
        "inspection": inspection.canonical, "objective": .string(objective.canonicalText),
        "micro_batch_size": JSON(manifest.training.settings.microBatchSize),
        "examples": JSON(try prepared(seed).digest),
      ])
    }
  }

  /// Identity of an evaluation of some weights; nil stands for the untouched model.
  func evaluationKey(
    _ evaluation: Manifest.Evaluation, manifest: Manifest, weights: Digest?
  ) throws -> Digest {
    try CanonicalJSON.digest(of: [
      "step": "evaluate/1", "common": common, "weights": JSON(weights?.hex),
      "evaluation": evaluation.canonical,
      "chat_template": .string(manifest.model.chatTemplate.rawValue),
      "inputs": Self.digests(evaluation.assets, files),
    ])
  }
}
