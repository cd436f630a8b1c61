import Assets
import Files
import Manifests
import Scoring

/// The documents of what is evaluated, with the digests of the files that they came from.
struct EvaluationData: Sendable {
  /// A benchmark, or the part of it that was asked for.
  struct Part: Sendable {
    let benchmark: Benchmark
    /// Its tasks with their documents, and the rows that these were made from.
    let tasks: [EvaluationInputs.AskedTask]
    /// Documents that there would be with the whole of the split's rows; nil where any texts may be asked.
    let expectedCount: Int?

    var inputs: [TaskInput] { tasks.map(\.input) }
    /// Number of documents.
    var count: Int { inputs.reduce(0) { $0 + $1.documents.count } }
  }

  /// In the order in which they were asked for.
  let parts: [Part]
  /// What checks instructions; nil if no task has any.
  let tools: LanguageTools?
  /// Names of benchmarks with the digests of their files, and those of the language data.
  let identity: JSON

  /// Finds, brings and reads the files.
  ///
  /// Throws ``EvaluationCommandError``, ``AssetError``, ``ManifestError`` or ``EvaluationError`` with what is missing
  /// or wrong.
  init(
    _ benchmarks: [Benchmark], request: ModelEvaluationRequest, resolver: AssetResolver
  ) async throws {
    let catalog = LazyCatalog(folders: request.manifestFolders)
    // All files are found before the first one is downloaded.
    var wanted: [(benchmark: Benchmark, files: BenchmarkFiles)] = []
    for benchmark in benchmarks {
      let whole = Self.whole(of: benchmark)
      let count = benchmark.tasks[0].shownExamples(requested: request.fewShotCount)
      let files =
        try request.dataFolder.map {
          try DataFolder(path: $0).files(of: whole, needsExamples: count > 0)
        } ?? catalog.value().files(of: whole, needsExamples: count > 0)
      wanted.append((benchmark, files))
    }
    let needsTools = wanted.contains { $0.benchmark.needsLanguageData }
    let language = needsTools ? try Self.languageSource(request, catalog) : nil

    var identity = JSON.Object()
    var parts: [Part] = []
    for (benchmark, files) in wanted {
      let documents = try await resolver.resolve(files.documents.assets)
      let examples = try await resolver.resolve(files.examples?.assets ?? [])
      identity[files.benchmark.name] = [
        "documents": .array(documents.map { JSON($0.sha256) }),
        "examples": .array(examples.map { JSON($0.sha256) }),
      ]
      let limit = request.limit
      let tasks = try await ComputeQueue.run {
        try files.tasks(documents: documents, examples: examples, limit: limit)
      }
      parts.append(try Self.part(benchmark, of: tasks, limit: limit, documents))
    }
    self.parts = parts
    guard let language else {
      tools = nil
      self.identity = .object(identity)
      return
    }
    let files: LanguageData
    switch language {
    case .folder(let data): files = data
    case .assets(let punkt, let profiles, let messages):
      let model = try await resolver.resolve(punkt)
      let others = try await Self.resolve([profiles, messages], resolver)
      files = try LanguageData(punkt: model, profiles: others[0], messages: others[1])
    }
    identity["language_data"] = JSON(try files.digest())
    self.identity = .object(identity)
    tools = try await ComputeQueue.run { try files.tools() }
  }

  /// The benchmark that a part was taken from.
  private static func whole(of part: Benchmark) -> Benchmark {
    guard let benchmark = Benchmark.holding(task: part.tasks[0].name) else {
      preconditionFailure("Every part is one of a benchmark.")
    }
    return benchmark
  }

  private static func part(
    _ benchmark: Benchmark, of tasks: [EvaluationInputs.AskedTask], limit: Int?,
    _ files: [ResolvedAsset]
  ) throws -> Part {
    let own = tasks.filter { asked in benchmark.tasks.contains { $0.name == asked.input.task.name }
    }
    guard !own.isEmpty else {
      throw EvaluationCommandError(
        .missingData,
        "There is no document of \(benchmark.name) in \(files.map(\.asset.name).joined(separator: ", "))."
      )
    }
    return Part(
      benchmark: benchmark, tasks: own,
      expectedCount: benchmark.needsBase ? nil : benchmark.documentCount(limit: limit))
  }

  // MARK: - Sources

  /// The list of pinned sources, which is only read if something of it is needed.
  private final class LazyCatalog {
    private let folders: [String]
    private var known: BenchmarkCatalog?

    init(folders: [String]) { self.folders = folders }

    func value() throws -> BenchmarkCatalog {
      if let known { return known }
      let catalog = try BenchmarkCatalog.read(in: folders)
      known = catalog
      return catalog
    }
  }

  /// Where the language data come from: a folder of the user's, or pinned files.
  private enum LanguageSource {
    case folder(LanguageData)
    case assets(punkt: [Asset], profiles: Asset, messages: Asset)
  }

  private static func languageSource(
    _ request: ModelEvaluationRequest, _ catalog: LazyCatalog
  ) throws -> LanguageSource {
    if let folder = request.languageDataFolder { return .folder(try LanguageData(folder: folder)) }
    let catalog = try catalog.value()
    guard let names = catalog.languageData,
      let profiles = try catalog.files([names.profiles]).first,
      let messages = try catalog.files([names.messages]).first
    else {
      throw EvaluationCommandError(
        .missingData,
        "\(catalog.path) names no data for sentences and languages; pass them with --language-data DIR."
      )
    }
    return .assets(
      punkt: try catalog.files([names.punkt]), profiles: profiles, messages: messages)
  }

  /// The files of langdetect, which lie where Debian puts them or where the user says.
  private static func resolve(_ assets: [Asset], _ resolver: AssetResolver) async throws
    -> [ResolvedAsset]
  {
    do {
      return try await resolver.resolve(assets)
    } catch let error as AssetError where error.code == .file {
      throw EvaluationCommandError(
        .missingData,
        "\(error.message) Install the Debian package python3-langdetect, or pass a folder with langdetect 1.0.9 and Punkt with --language-data DIR."
      )
    }
  }
}
