import Files

/// A run as the index lists it.
package struct IndexedRun: Sendable, Equatable {
  /// What the record's files say; whether a process is at an open one is not in them.
  package enum State: String, Sendable {
    /// Finished.
    case sealed
    /// Not finished: under way or interrupted.
    case open
    /// The record cannot be used.
    case damaged
  }

  /// The record's id.
  package let id: String
  /// What the record's files say.
  package let state: State
  /// Why the record cannot be used, in a sentence; nil unless it is damaged.
  package var problem: String?
  /// The replication's name; empty if the record is damaged.
  package var name = ""
  /// The digest of everything that the results depend on, in hexadecimal digits; nil if the record is damaged.
  package var identity: String?
  /// The number of this repetition of the identity; 0 if the record is damaged.
  package var attempt = 0
  /// When the run began, in UTC; empty if the record is damaged.
  package var created = ""
  /// When it was sealed, in UTC; nil unless it was.
  package var sealed: String?
  /// The commit of the code, and whether tracked files differed from it.
  package var commit: String?
  package var isDirty: Bool?
  /// Names of arms, and seeds, each once; of an open run those that it has come to.
  package var arms: [String] = []
  package var seeds: [String] = []
  /// The digests of the results and of the record, in hexadecimal digits; nil unless it is sealed.
  package var resultsDigest: String?
  package var recordDigest: String?
}

/// A metric of a run as the index lists it.
package struct IndexedMetric: Sendable, Equatable {
  /// The arm and its seed.
  package let arm: String
  package let seed: String?
  /// The task and the metric.
  package let task: String
  package let metric: String
  /// The value; nil if it was not a number.
  package let value: Double?
  /// Its standard error over items, if it has one.
  package let standardError: Double?
  /// The number of items.
  package let count: Int
}

/// Everything that the index keeps of one record.
struct IndexEntry: Sendable, Equatable {
  /// The run and its metrics, in the order of the record.
  let run: IndexedRun
  let metrics: [IndexedMetric]
  /// What ``RecordFreshness`` said before the record was read.
  let evidence: String
}

extension IndexEntry {
  /// Reads a record; one that cannot be used is an entry as well.
  init(recordAt place: ContainedPath, id: String, evidence: String) {
    do {
      if evidence.hasPrefix(RecordFile.summary) {
        let record = try SealedRecord(at: place)
        run = IndexedRun(record)
        metrics = record.summary.arms.flatMap { arm in
          arm.metrics.map { IndexedMetric(arm, $0) }
        }
      } else {
        run = IndexedRun(try RunHistory(recordAt: place, id: id))
        metrics = []
      }
      self.evidence = evidence
    } catch {
      run = IndexedRun(id: id, state: .damaged, problem: "\(error)")
      metrics = []
      // Looked at again every time: the reason may have been a disk that failed for a moment.
      self.evidence = ""
    }
  }
}

extension IndexedRun {
  fileprivate init(_ record: SealedRecord) {
    self.init(id: record.id, state: .sealed)
    name = record.name
    identity = record.identity.hex
    attempt = record.attempt
    created = record.created
    sealed = record.sealed
    resultsDigest = record.resultsDigest.hex
    recordDigest = record.digest.hex
    take(record.sessions, record.summary.arms)
  }

  fileprivate init(_ history: RunHistory) {
    self.init(id: RunID.id(identity: history.identity, attempt: history.attempt), state: .open)
    name = history.name
    identity = history.identity.hex
    attempt = history.attempt
    created = history.created
    take(history.sessions, RunProgress(history).arms)
  }

  /// The code of the first session, and what the arms are.
  private mutating func take(_ sessions: [JSON], _ found: [RunSummary.Arm]) {
    let code = sessions.first?["code"]
    commit = code?["commit"]?.stringValue
    isDirty = code?["dirty"]?.boolValue
    for arm in found {
      if !arms.contains(arm.name) { arms.append(arm.name) }
      if let seed = arm.seed.map(String.init), !seeds.contains(seed) { seeds.append(seed) }
    }
  }
}

extension IndexedMetric {
  fileprivate init(_ arm: RunSummary.Arm, _ metric: RunSummary.Metric) {
    self.init(
      arm: arm.name, seed: arm.seed.map(String.init), task: metric.task, metric: metric.name,
      // SQLite keeps NaN as NULL, which is what it means here: no value.
      value: metric.value.isNaN ? nil : metric.value,
      standardError: metric.standardError.flatMap { $0.isNaN ? nil : $0 }, count: metric.count)
  }
}
