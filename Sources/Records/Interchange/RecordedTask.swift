import Files
import Manifests
import Statistics

/// A task that this program does not know: its documents' scores as they were recorded, which are not computed anew.
package struct RecordedTask: Sendable {
  /// A score that is a mean over documents, of texts one that counts by their bytes.
  package struct Metric: Sendable {
    /// The results' key of it, such as "acc,none".
    package let key: String
    /// The mean of the recorded scores.
    package let value: Double
    /// Its standard error; nil for one document.
    package let standardError: Double?
    /// The documents that have a score.
    let documents: [Int]
    /// Their scores.
    let scores: [Double]
    /// How much each counts; nil if all count the same.
    let weights: [Double]?
    /// Number of documents.
    package var count: Int { scores.count }
  }

  /// The folder's name of the task.
  package let name: String
  /// Number of documents.
  package let documents: Int
  /// The scores, in the order of the results.
  package let metrics: [Metric]
  /// Digests of what each document's requests ask.
  let prompts: [Int: Digest]
  /// What results say otherwise than the documents' scores.
  let differences: [AggregateDifference]
  /// Number of values that were compared.
  let compared: Int
  /// Where hashes are wrong.
  let hashDifferences: [HarnessSamples.HashDifference]
  /// Documents that the results count and the file lacks; nil if there are none.
  let missing: MissingDocuments?
  /// What was not done, in sentences.
  let notes: [String]

  /// Reads a samples file beside the results of the same run.
  ///
  /// - Throws: ``LogError`` or ``InterchangeError`` for a line that is damaged.
  init(path: String, name: String, results: JSON) throws {
    let scores = try RecordedScoreTable(path: path, name: name, results: results)
    guard scores.documents > 0 else {
      throw InterchangeError(.damaged, "\(path) holds no samples.")
    }
    let entry = results["results"]?[name]?.objectValue ?? JSON.Object()
    let hash = TaskHash(
      results: results, task: name, of: scores.hashes, lines: scores.lineCount)
    let missing = MissingDocuments(
      results: results, task: name, found: scores.documents, last: scores.lastDocument,
      isComplete: hash.isSame)
    var hashDifferences = scores.hashDifferences
    if hash.isSame == false, missing == nil {
      hashDifferences.append(HarnessSamples.HashDifference(document: nil, name: "task_hashes"))
    }
    var claims = RecordedClaims(name: name, entry: entry, configuration: results["configs"]?[name])
    for column in scores.columns { claims.add(column, isComplete: missing == nil) }
    if missing == nil, let count = entry["sample_len"]?.doubleValue {
      claims.compare("sample_len", count, Double(scores.documents))
    }
    self.name = name
    documents = scores.documents
    metrics = claims.metrics
    prompts = scores.prompts
    differences = claims.differences
    compared = claims.compared
    self.hashDifferences = hashDifferences
    self.missing = missing
    let passedOver = claims.passedOver(scores.columns)
    let partial = claims.metrics.filter { $0.count < scores.documents }
    notes =
      [
        "\(name) is no task of this program: the scores of its \(English.count(documents, "document")) were taken as recorded and not computed anew (if it is another's name for a task, say so with --task-map)."
      ]
      + (passedOver.isEmpty
        ? []
        : [
          "Of \(name), \(English.list(passedOver)) was not checked: nobody says how it comes from what its documents carry."
        ])
      + partial.map {
        "Of \(name), only \($0.count) of \(English.count(scores.documents, "document")) carry \($0.key)."
      }
  }

  /// The scores as a record's summary has them.
  var summary: [RunSummary.Metric] {
    metrics.map {
      RunSummary.Metric(
        task: name, name: $0.key, value: $0.value, standardError: $0.standardError,
        count: $0.count)
    }
  }
}

/// What results claim of a task, held against the means of recorded scores.
private struct RecordedClaims {
  let name: String
  let entry: JSON.Object
  let configuration: JSON?
  private(set) var metrics: [RecordedTask.Metric] = []
  private(set) var differences: [AggregateDifference] = []
  private(set) var compared = 0
  /// The keys of values that were compared and are no means.
  private var perplexities: Set<String> = []

  /// The harness's metrics whose documents' scores are averaged unless a task says otherwise.
  private static let means = ["acc", "acc_norm", "acc_mutual_info", "acc_bytes", "exact_match"]

  init(name: String, entry: JSON.Object, configuration: JSON?) {
    self.name = name
    self.entry = entry
    self.configuration = configuration
  }

  /// The harness's metrics of the likelihood of texts: the mean log-likelihood of a byte in bits, and e to the power of less
  /// that of a byte or word in nats (lm_eval/api/metrics.py, `bits_per_byte` and `weighted_perplexity`).
  private mutating func add(
    _ column: RecordedScoreTable.Column, weights: [Double], isComplete: Bool
  ) {
    let key = column.key
    let nats = zip(column.values, weights).map { 0 - $0 / $1 }
    guard let mean = Sample.mean(nats, weights: weights), mean.isFinite else { return }
    switch (column.metric, aggregation(of: column.metric)) {
    case ("bits_per_byte", nil), ("bits_per_byte", "bits_per_byte"):
      let bits = mean / Sample.logarithmOf2
      metrics.append(
        RecordedTask.Metric(
          key: key, value: bits,
          standardError: Sample.standardErrorOfMean(
            clusters: nats.map { [$0 / Sample.logarithmOf2] }, weights: weights.map { [$0] }),
          documents: column.documents, scores: nats.map { $0 / Sample.logarithmOf2 },
          weights: weights))
      if isComplete { compare(key, entry[key]?.doubleValue, bits) }
    case ("byte_perplexity", nil), ("byte_perplexity", "weighted_perplexity"),
      ("word_perplexity", nil), ("word_perplexity", "weighted_perplexity"):
      perplexities.insert(key)
      if isComplete { compare(key, entry[key]?.doubleValue, Sample.exponential(mean)) }
    default: return
    }
  }

  mutating func add(_ column: RecordedScoreTable.Column, isComplete: Bool) {
    if let weights = column.weights {
      return add(column, weights: weights, isComplete: isComplete)
    }
    let key = column.key
    guard let mean = Sample.mean(column.values), mean.isFinite else { return }
    let claimed = entry[key]?.doubleValue
    let aggregation = aggregation(of: column.metric)
    if column.metric == "perplexity" {
      // Of the log-likelihoods of continuations, in nats.
      let perplexity = Sample.exponential(0 - mean)
      if aggregation == "perplexity"
        || aggregation == nil && AggregateDifference.isSame(claimed, perplexity)
      {
        perplexities.insert(key)
        if isComplete { compare(key, claimed, perplexity) }
        return
      }
    }
    let isSame = AggregateDifference.isSame(claimed, mean)
    // Where nobody says how documents are aggregated, it may be otherwise.
    guard aggregation == "mean" || aggregation == nil && (isSame || !isComplete) else { return }
    let error = Sample.standardErrorOfMean(column.values)
    metrics.append(
      RecordedTask.Metric(
        key: key, value: mean, standardError: error, documents: column.documents,
        scores: column.values, weights: nil))
    guard isComplete else { return }
    compare(key, claimed, mean)
    let errorKey = column.errorKey
    if let claimed = entry[errorKey]?.doubleValue, let error { compare(errorKey, claimed, error) }
  }

  mutating func compare(_ key: String, _ claimed: Double?, _ computed: Double) {
    compared += 1
    guard !AggregateDifference.isSame(claimed, computed) else { return }
    differences.append(
      AggregateDifference(task: name, name: key, recorded: claimed, computed: computed))
  }

  /// Keys of numbers that stand in the results and were not computed.
  func passedOver(_ columns: [RecordedScoreTable.Column]) -> [String] {
    entry.members.filter { key, value in
      (value.doubleValue != nil || key.contains(",")) && !key.contains("_stderr")
        && key != "sample_len" && key != "samples" && !perplexities.contains(key)
        && !metrics.contains { $0.key == key }
    }.map(\.key)
  }

  /// How the task aggregates a metric; nil if its configuration does not say it.
  private func aggregation(of metric: String) -> String? {
    let listed = configuration?["metric_list"]?.arrayValue?.first {
      $0["metric"]?.stringValue == metric
    }
    return listed?["aggregation"]?.stringValue ?? (Self.means.contains(metric) ? "mean" : nil)
  }
}
