import Files
import Scoring

/// The samples of a task that the harness wrote, scored anew, with what the file says of them.
struct HarnessSamples {
  /// A hash of the file that is not the hash of what it stands beside.
  struct HashDifference: Equatable {
    /// The document; nil for the hash of a whole task.
    let document: Int?
    /// The name of the hash in the file.
    let name: String
  }

  /// What the folder calls the task.
  let name: String
  /// The task.
  let task: EvaluationTask
  /// One sample a document, by position, with the answers and scores of this program.
  let samples: [SampleResult]
  /// Where the file has other answers or scores.
  let differences: [ScoreDifference]
  /// Number of scores of the file that were compared.
  let comparedScores: Int
  /// Where hashes are wrong.
  let hashDifferences: [HashDifference]
  /// Filters of the file that the task does not have.
  let unknownFilters: [String]
  /// Documents that the results count and the file lacks; nil if there are none.
  let missing: MissingDocuments?

  /// What old versions of a task call its filters.
  private static let oldFilterNames = ["get-answer": AnswerFilter.strictMatch]

  /// Reads a samples file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - name: what the folder calls the task.
  ///   - task: the task.
  ///   - endOfSequence: the text that ends a generation besides the task's stop strings, if the results tell it.
  ///   - results: the results of the run that wrote the file.
  ///   - tools: what instructions are checked with.
  /// - Throws: ``LogError`` or ``InterchangeError`` with the line that is damaged or not a sample of the task.
  init(
    path: String, name: String, task: EvaluationTask, endOfSequence: String?, results: JSON?,
    tools: LanguageTools?
  ) throws {
    let file = try SampleFile(path: path)
    let reader = HarnessLineReader(path: path, task: task, endOfSequence: endOfSequence)
    var samples: [SampleResult] = []
    var differences: [ScoreDifference] = []
    var hashDifferences: [HashDifference] = []
    var hashes: [(number: Int, hash: String)] = []
    var comparedScores = 0
    var filtersOfAll: Set<AnswerFilter>?
    let named = file.filters.map { Self.filter($0, of: task) }
    unknownFilters = zip(file.filters, named).filter { $1 == nil }.map(\.0)

    var position = file.lines.startIndex
    while position < file.lines.endIndex {
      let document = file.lines[position].document
      let end =
        file.lines[position...].firstIndex { $0.document != document } ?? file.lines.endIndex
      var content: HarnessLine?
      var recorded = RecordedScores()
      var filters: Set<AnswerFilter> = []
      for line in file.lines[position..<end] {
        let object = try file.object(try file.bytes(of: line), of: line)
        let read = try reader.line(object, document: document, number: line.number)
        hashDifferences += read.wrongHashes.map { HashDifference(document: document, name: $0) }
        if let hash = read.hash { hashes.append((line.number, hash)) }
        if let content, !content.hasSameRequests(as: read) {
          throw reader.damaged(
            line.number,
            "the document \(document) was asked or answered otherwise than in line \(content.number)"
          )
        }
        content = content ?? read
        // Old versions do not name the filter of a line; they write the filters in the order of the task.
        let index = line.filter.map { named[$0] } ?? Self.element(line.occurrence, task.filters)
        guard let filter = index else { continue }
        filters.insert(filter)
        recorded.answers[filter] = read.filtered.map { [$0] }
        let scores = try reader.scores(object, filter: filter, number: line.number)
        comparedScores += scores.count
        recorded.scores += scores
      }
      position = end
      guard filters == filtersOfAll ?? filters else {
        throw InterchangeError(
          .damaged, "\(path) lacks a line of the document \(document), or has one too many of it.")
      }
      filtersOfAll = filters
      guard let content else { continue }
      let sample = try content.sample(
        task: task, documentIndex: document, path: path, tools: tools
      ).takingDrawnVerdicts(of: recorded.scores)
      samples.append(sample)
      differences += recorded.differences(
        from: sample, task: task, name: name, response: content.response)
    }
    guard !samples.isEmpty else {
      throw InterchangeError(.damaged, "\(path) holds no samples.")
    }
    let hash = TaskHash(results: results, task: name, of: hashes, lines: file.lines.count)
    missing = MissingDocuments(
      results: results, task: name, found: samples.count,
      last: file.lines.last?.document ?? 0, isComplete: hash.isSame)
    if hash.isSame == false, missing == nil {
      hashDifferences.append(HashDifference(document: nil, name: "task_hashes"))
    }
    self.name = name
    self.task = task
    self.samples = samples
    self.differences = differences
    self.comparedScores = comparedScores
    self.hashDifferences = hashDifferences
  }

  private static func filter(_ name: String, of task: EvaluationTask) -> AnswerFilter? {
    let filter = AnswerFilter(rawValue: name) ?? oldFilterNames[name]
    return filter.flatMap { task.filters.contains($0) ? $0 : nil }
  }

  private static func element(_ index: Int, _ filters: [AnswerFilter]) -> AnswerFilter? {
    filters.indices.contains(index) ? filters[index] : nil
  }
}
