import Files

/// The files of one or more runs of the harness in a folder, and which of them belong together.
struct HarnessRuns {
  /// The results files, oldest first.
  let resultsFiles: [(path: String, content: JSON)]
  /// The samples files, by task, then oldest first.
  private let samples: [EvaluationLog.FileName]
  /// The results files' names, as many as there are ``resultsFiles``.
  private let results: [EvaluationLog.FileName]
  private let folder: String

  /// Whether there is neither a samples file nor a results file.
  var isEmpty: Bool { samples.isEmpty && results.isEmpty }

  /// When runs ended, oldest first; what has no date in its name is not among them.
  var dates: [String] {
    Set((samples + results).map(\.date)).filter { !$0.isEmpty }.sorted { $0.precedes($1) }
  }

  /// Finds and reads the results files among these names, and finds the samples files.
  ///
  /// - Throws: ``LogError`` for a results file that cannot be read or is damaged, `unknownRun` for a date of no run,
  ///   `ambiguous` where two files of one date claim to be the same thing.
  init(folder: String, names: [String], date: String?) throws(LogError) {
    var files = names.compactMap(EvaluationLog.FileName.init)
    if let date {
      let chosen = files.filter { $0.date.hasPrefix(date) && !$0.date.isEmpty }
      let dates = Set(files.map(\.date)).filter { !$0.isEmpty }.sorted { $0.precedes($1) }
      guard !chosen.isEmpty || files.isEmpty else {
        throw LogError(
          .unknownRun,
          "\(folder) holds no run of \(date); its runs are of \(dates.isEmpty ? "no date" : English.list(dates))."
        )
      }
      files = chosen
    }
    var results: [EvaluationLog.FileName] = []
    var contents: [(path: String, content: JSON)] = []
    for file in files.filter({ $0.task == nil }).sorted(by: { $0.precedes($1) }) {
      let path = "\(folder)/\(file.name)"
      // Other tools call their files results.json as well.
      let content = try LogDocument.read(path)
      guard EvaluationLog.isResults(content) else { continue }
      results.append(file)
      contents.append((path, content))
    }
    var samples = files.filter { $0.task != nil }
    if date == nil, samples.isEmpty {
      let old = OldHarnessFiles(folder: folder, names: names, results: contents.last)
      samples = old.samples
      if results.isEmpty, let found = old.results {
        results = [EvaluationLog.FileName(results: found.name)]
        contents = [("\(folder)/\(found.name)", found.content)]
      }
    }
    self.folder = folder
    self.results = results
    self.samples = samples.sorted { $0.precedes($1) }
    resultsFiles = contents
    try requireOneOfEachDate()
  }

  /// Refuses two samples files of one task and date, and two results that differ of one date and task: the harness writes one
  /// of each, and nobody can tell which is.
  private func requireOneOfEachDate() throws(LogError) {
    for (index, file) in samples.enumerated() where !file.date.isEmpty {
      if index > 0, samples[index - 1].task == file.task, samples[index - 1].date == file.date {
        throw refusal(of: samples[index - 1], file)
      }
      let own = holding(file).filter { results[$0].date == file.date }
      if let last = own.last,
        let other = own.dropLast().first(where: {
          resultsFiles[$0].content != resultsFiles[last].content
        })
      {
        throw refusal(of: results[other], results[last])
      }
    }
  }

  private func refusal(of a: EvaluationLog.FileName, _ b: EvaluationLog.FileName) -> LogError {
    LogError(
      .ambiguous,
      "\(folder) holds \(a.name) and \(b.name), which cannot both be of the run of \(b.date); take away the one that is not."
    )
  }

  /// Of every task the newest samples that have results, or else the newest ones, sorted by task.
  var newest: [EvaluationLog.Samples] {
    chosen.map { file, results in
      EvaluationLog.Samples(
        task: file.task ?? file.name, path: "\(folder)/\(file.name)", results: results)
    }
  }

  /// Names of the files that ``newest`` leaves out.
  var leftOut: [String] {
    let chosen = chosen
    let used = Set(chosen.compactMap(\.results))
    let unused = used.isEmpty ? [] : results.indices.filter { !used.contains($0) }
    let names = Set(chosen.map(\.file.name))
    return unused.map { results[$0].name } + samples.map(\.name).filter { !names.contains($0) }
  }

  private var chosen: [(file: EvaluationLog.FileName, results: Int?)] {
    var chosen: [(file: EvaluationLog.FileName, results: Int?)] = []
    for file in samples {
      let own = (file, pair(of: file))
      guard let last = chosen.last, last.file.task == file.task else {
        chosen.append(own)
        continue
      }
      if own.1 != nil || last.results == nil { chosen[chosen.count - 1] = own }
    }
    return chosen
  }

  /// The results that were written with samples: those of the same date, or, where either name lacks one, the newest.
  private func pair(of file: EvaluationLog.FileName) -> Int? {
    let holding = holding(file)
    return holding.last { results[$0].date == file.date }
      ?? holding.last { results[$0].date.isEmpty || file.date.isEmpty }
  }

  /// The results files that have scores of a samples file's task.
  private func holding(_ file: EvaluationLog.FileName) -> [Int] {
    results.indices.filter { index in
      ["results", "groups"].contains { part in
        resultsFiles[index].content[part]?[file.task ?? ""] != nil
      }
    }
  }
}

/// What versions 0.4.0 to 0.4.2 wrote: `results.json`, or a name of the user's, and `<model_args>_<task>.jsonl`.
private struct OldHarnessFiles {
  let samples: [EvaluationLog.FileName]
  let results: (name: String, content: JSON)?

  /// Results files of the user's name are no larger than this, in bytes; others are not opened to see what they are.
  private static let largest = 1 << 26

  init(folder: String, names: [String], results known: (path: String, content: JSON)?) {
    let lines = names.filter { $0.hasSuffix(".jsonl") }
    var results: (name: String, content: JSON)?
    if known == nil, !lines.isEmpty {
      for name in names where name.hasSuffix(".json") || name.hasSuffix(".jsonl") {
        guard let content = Self.content("\(folder)/\(name)"), EvaluationLog.isResults(content)
        else { continue }
        results = (name, content)
      }
    }
    self.results = results
    guard let content = known?.content ?? results?.content else {
      samples = []
      return
    }
    let tasks = (content["results"]?.objectValue?.keys ?? []).sorted {
      $0.utf8.count > $1.utf8.count
    }
    let arguments = content["config"]?["model_args"]?.stringValue ?? ""
    let prefix = arguments.replacing("/", with: "__").replacing("=", with: "__")
    var found: [(file: EvaluationLog.FileName, isExact: Bool)] = []
    for name in lines where name != results?.name {
      guard let task = tasks.first(where: { name.hasSuffix("_\($0).jsonl") }) else { continue }
      found.append((EvaluationLog.FileName(name, task: task), name == "\(prefix)_\(task).jsonl"))
    }
    // Of several models in one folder, the last one's results are there.
    samples = found.filter { entry in
      entry.isExact || !found.contains { $0.file.task == entry.file.task && $0.isExact }
    }.map(\.file)
  }

  private static func content(_ path: String) -> JSON? {
    guard let line = try? LogDocument.firstLine(path), line.first == UInt8(ascii: "{"),
      let size = try? InputFile(path: path).size, size <= largest
    else { return nil }
    return try? LogDocument.read(path)
  }
}
