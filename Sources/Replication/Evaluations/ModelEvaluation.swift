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
import Tokenizers

/// The evaluator alone: scores a checkpoint on benchmarks and writes what lm-evaluation-harness writes.
///
/// Finished samples are kept in a journal, so that the same command goes on where a killed one stopped.
package struct ModelEvaluation: Sendable {
  private let request: ModelEvaluationRequest
  private let options: RunOptions
  private let interruption: Interruption
  private let report: @Sendable (RunEvent) -> Void

  /// Prepares an evaluation; nothing is touched yet.
  package init(
    _ request: ModelEvaluationRequest, options: RunOptions,
    interruption: Interruption = Interruption(), report: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.request = request
    self.options = options
    self.interruption = interruption
    self.report = report
  }

  /// Evaluates, writes the results, and returns them.
  ///
  /// Throws what kept it from finishing; what was finished by then is reused by the next call with the same request.
  package func run() async throws -> EvaluationOutcome {
    let benchmarks = try Benchmark.selected(by: request.tasks)
    let journal = try openJournal()
    do {
      return try await run(benchmarks, journal)
    } catch {
      journal.removeIfEmpty()
      throw error
    }
  }

  /// Opens the journal, so that what cannot be written in the end is said before hours of work.
  private func openJournal() throws -> EvaluationJournal {
    do throws(FileError) {
      let place = HarnessModel.folderName(of: request.model)
      try AtomicFile.createFolder("\(request.output)/\(place)")
      return try EvaluationJournal(path: ContainedPath("\(request.output)/unfinished.jsonl"))
    } catch {
      throw EvaluationCommandError(.output, "The results could not be written: \(error.message)")
    }
  }

  private func run(_ benchmarks: [Benchmark], _ journal: EvaluationJournal) async throws
    -> EvaluationOutcome
  {
    let store = ArtifactStore(options.folder)
    // Held until the results are there, so that nobody removes what is being read.
    let use = try StoreUse(store)
    defer { withExtendedLifetime(use) {} }
    let resolver = AssetResolver(
      store: store, mirrorFolders: options.mirrorFolders, isOffline: options.isOffline,
      hub: options.hub, report: { report(.asset($0)) })
    // Nothing is downloaded for a model that cannot be evaluated.
    let model = request.model
    try await ComputeQueue.run {
      try CheckpointDigest.requireModel(at: model)
      try ModelDescription(at: model).configuration.generation
        .check(for: benchmarks.flatMap(\.tasks))
    }
    let data = try await EvaluationData(benchmarks, request: request, resolver: resolver)
    for part in data.parts { report(.note(Self.sentence(part, limit: request.limit))) }
    return try await ComputeQueue.run { try evaluate(data, journal) }
  }

  private func evaluate(_ data: EvaluationData, _ journal: EvaluationJournal) throws
    -> EvaluationOutcome
  {
    let start = Date()
    let modelDigest = try CheckpointDigest.digest(of: request.model)
    let engine = try NativeEngine(
      model: .pretrained(path: request.model), threads: options.threads, numerics: .portable)
    let loaded = try engine.loadForInference(weights: nil)
    let base = try base(for: data, of: loaded)
    var settings = request.settings
    // Plain prompts need no template, not even one that can be read.
    let isChat = request.appliesChatTemplate || request.chatTemplateName != nil
    let template = isChat ? try loaded.tokenizerFiles.chatTemplate() : nil
    if isChat {
      settings.chatTemplate = try KnownChatTemplate.choose(
        template, name: request.chatTemplateName,
        specialTokens: try loaded.tokenizerFiles.specialTokens(), model: request.model)
    }
    let evaluator = engine.evaluator(
      of: loaded, base: base, settings: settings, tools: data.tools)
    try checkRoom(
      data, maximum: settings.maximumLength ?? loaded.weights.configuration.maximumPositions)
    // The first part is checked by its own run, before anything is computed.
    for part in data.parts.dropFirst() { try evaluator.check(part.inputs) }
    let clock = ContinuousClock.now

    let identity = try identity(
      of: data, settings: settings, modelDigest: modelDigest, program: engine.statement.program)
    let known = try journal.begin(identity)
    if !known.isEmpty {
      report(.note("\(known.count) documents were done before and are not asked again"))
    }
    var results: [BenchmarkResult] = []
    var warnings = data.parts.compactMap { Self.shortfall($0) }
    if let template = settings.chatTemplate, !template.takesSystemMessages {
      warnings += data.parts.compactMap { Self.omission($0) }
    }
    for part in data.parts {
      let result = try evaluate(part, known: known, journal, evaluator)
      if let warning = Self.truncation(result) { warnings.append(warning) }
      if let headline = result.headline {
        report(.evaluated(arm: modelName, task: part.benchmark.name, result: headline))
      }
      results.append(result)
    }
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    let path = try write(results, data, loaded, template, settings, started: start)
    try journal.remove()
    return EvaluationOutcome(
      model: request.model, modelDigest: modelDigest,
      identity: try CanonicalJSON.digest(of: identity), settings: settings, results: results,
      warnings: warnings,
      documentCount: data.parts.reduce(0) { $0 + $1.count } - known.count, seconds: seconds,
      resultsPath: path)
  }

  /// The model that texts are compared with; nil without such tasks.
  private func base(
    for data: EvaluationData, of loaded: InferenceModel
  ) throws -> InferenceModel? {
    guard let part = data.parts.first(where: \.benchmark.needsBase) else { return nil }
    guard let path = request.base else {
      throw EvaluationCommandError(
        .missingData,
        "\(part.benchmark.name) compares a model with the one that it was trained from; name that with --base MODEL (the model itself, to see how likely the texts are)."
      )
    }
    let base = try NativeEngine(
      model: .pretrained(path: path), threads: options.threads, numerics: .portable
    ).loadForInference(weights: nil)
    let texts = part.inputs.lazy.flatMap(\.documents).map { $0.question + $0.answerText }
    guard base.weights.configuration.vocabularySize == loaded.weights.configuration.vocabularySize,
      texts.allSatisfy({ base.tokenizer.encode($0) == loaded.tokenizer.encode($0) })
    else {
      throw EvaluationCommandError(
        .missingData,
        "\(path) has another tokenizer than \(request.model), so the two cannot be compared token by token."
      )
    }
    return base
  }

  /// Checks that a prompt fits in front of the longest answer that each task allows.
  private func checkRoom(_ data: EvaluationData, maximum: Int) throws {
    for task in data.parts.flatMap(\.inputs).map(\.task) {
      guard case .generation(_, let taskMaximum) = task.output else { continue }
      let tokens = request.maximumNewTokens ?? taskMaximum
      guard tokens < maximum else {
        throw EvaluationCommandError(
          .options,
          "Answers of \(task.name) have up to \(tokens) tokens, which leaves no room for a prompt in the \(maximum) that the model takes; allow fewer with --max-new-tokens."
        )
      }
    }
  }

  private func evaluate(
    _ part: EvaluationData.Part, known: [SampleResult], _ journal: EvaluationJournal,
    _ evaluator: Evaluator
  ) throws -> BenchmarkResult {
    var pace = EvaluationPace(arm: modelName, task: part.benchmark.name)
    return try evaluator.run(
      part.benchmark, inputs: part.inputs,
      finished: known.filter { sample in
        part.inputs.contains { $0.task.name == sample.task }
      }, record: { try journal.append($0) },
      progress: { progress in
        report(.evaluating(pace.progress(progress.completed, of: progress.total)))
        if progress.completed < progress.total { try interruption.check() }
      })
  }

  /// Writes what the harness writes; gives the path of the results.
  private func write(
    _ results: [BenchmarkResult], _ data: EvaluationData, _ loaded: InferenceModel,
    _ template: String?, _ settings: EvaluationSettings, started: Date
  ) throws -> String {
    var model = HarnessModel(path: request.model, loaded)
    model.chatTemplate = template
    var rows: [String: [JSON]] = [:]
    for task in data.parts.flatMap(\.tasks) { rows[task.input.task.name] = task.rows }
    let paths = try HarnessOutput(
      model: model, settings: settings, results: results, rows: rows, limit: request.limit
    ).write(to: request.output, started: started, ended: Date())
    guard let path = paths.last else { preconditionFailure("There is a file with the results.") }
    return path
  }

  // MARK: - Identity

  /// Everything that a sample depends on.
  private func identity(
    of data: EvaluationData, settings: EvaluationSettings, modelDigest: Digest, program: Digest
  ) throws -> JSON {
    func optional(_ number: Int?) -> JSON { number.map { JSON($0) } ?? .null }
    return [
      "program": JSON(program), "version": .string(Version.text),
      "model": JSON(modelDigest), "data": data.identity,
      "tasks": .array(
        data.parts.flatMap { part in
          part.inputs.map { ["name": .string($0.task.name), "version": .string($0.task.version)] }
        }),
      "limit": optional(request.limit), "num_fewshot": optional(settings.fewShotCount),
      "fewshot_seed": JSON(Int(settings.fewShotSeed)),
      "chat_template": JSON(settings.chatTemplate?.rawValue),
      "fewshot_as_multiturn": .bool(settings.asksExamplesAsTurns),
      "system_instruction": JSON(settings.systemInstruction),
      "add_bos_token": settings.addsSpecialTokens.map(JSON.bool) ?? .null,
      "max_length": optional(settings.maximumLength),
      "max_new_tokens": optional(settings.maximumNewTokens),
      "base": try request.base.map { JSON(try CheckpointDigest.digest(of: $0)) } ?? .null,
    ]
  }

  /// The model as progress and tables call it: the last part of its path.
  private var modelName: String { URL(filePath: request.model).lastPathComponent }

  // MARK: - Sentences

  private static func sentence(_ part: EvaluationData.Part, limit: Int?) -> String {
    let total = part.benchmark.documentCount(limit: nil).map { "of \($0) " } ?? ""
    let limited = limit.map { ", the first \($0) of each task" } ?? ""
    return "\(part.benchmark.name): \(part.count) \(total)documents\(limited)"
  }

  /// What is missing of the full split, if anything is.
  private static func shortfall(_ part: EvaluationData.Part) -> String? {
    guard let expected = part.expectedCount, part.count != expected else { return nil }
    let missing = part.benchmark.tasks.count - part.tasks.count
    let without =
      missing > 0 ? " (\(missing) of its \(part.benchmark.tasks.count) tasks have none)" : ""
    return
      "\(part.benchmark.name) has \(part.count) documents instead of \(expected)\(without), so its scores are not those of the full split."
  }

  /// What a chat template without system messages leaves out, if anything.
  private static func omission(_ part: EvaluationData.Part) -> String? {
    guard part.inputs.contains(where: { !$0.task.introduction.isEmpty }) else { return nil }
    return
      "The chat template takes no system message, so the prompts of \(part.benchmark.name) lack their introduction, as those of lm-evaluation-harness do."
  }

  /// How many prompts were cut, if any were.
  private static func truncation(_ result: BenchmarkResult) -> String? {
    let samples = result.tasks.flatMap(\.samples)
    let cut = samples.filter { $0.truncatedTokens > 0 }
    guard let longest = cut.map(\.truncatedTokens).max() else { return nil }
    return
      "\(cut.count) of \(samples.count) prompts of \(result.name) were longer than the model takes and lost up to \(longest) tokens at their beginning."
  }
}
