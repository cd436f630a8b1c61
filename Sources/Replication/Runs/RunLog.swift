import Files
import Manifests
package import Records

/// The runs of an artifacts folder as a person asks for them, newest first.
package struct RunLog: Sendable {
  /// Which runs are wanted; nil stands for all.
  package struct Filter: Sendable {
    /// The replication's name.
    package var name: String?
    /// The status in one word, as ``RunStatus/name`` has it.
    package var status: String?
    /// The first day in UTC, as in "2025-06-01".
    package var since: String?
    /// The number of runs.
    package var limit: Int?

    /// Creates a filter that lets everything pass.
    package init() {}
  }

  /// One run.
  package struct Entry: Sendable, Equatable {
    /// What the index says of it.
    package let run: IndexedRun
    /// Where it stands at this moment.
    package let status: RunStatus
    /// When it was last heard of; nil unless it is running or interrupted.
    package let signs: SignsOfLife?
    /// How many independent runs came to the same results, as anchors tell; nil unless there are several.
    package var agreeing: Int?
  }

  /// The runs that were asked for.
  package let entries: [Entry]
  /// What the person should know besides, in sentences.
  package let notices: [String]

  /// Reads the index, without changing it and whatever it lacks, and asks of every open run whether a process is at it.
  ///
  /// - Parameters:
  ///   - artifacts: The folder of the records.
  ///   - filter: Which runs are asked for.
  ///   - repository: A folder in the repository whose anchors tell which runs agree; nil for none.
  /// - Throws: ``RunError`` `index`, ``FileError`` `unreadable`.
  package init(artifacts: String, filter: Filter = Filter(), repository: String? = nil) throws {
    let index = try RunIndex(reading: artifacts)
    let store = RunStore(artifacts: artifacts)
    var entries: [Entry] = []
    entries.reserveCapacity(min(index.runs.count, filter.limit ?? .max))
    // Of a damaged record neither name nor date is known, but it must not vanish.
    var unknown = 0
    for run in index.runs {
      if let limit = filter.limit, entries.count >= limit { break }
      if run.state == .damaged, filter.name != nil || filter.since != nil {
        unknown += 1
        continue
      }
      guard filter.name == nil || filter.name == run.name,
        filter.since == nil || filter.since ?? "" <= run.created,
        filter.status == nil || run.mayHaveStatus(filter.status ?? "")
      else { continue }
      let entry = try Entry(run, in: store)
      if filter.status == nil || filter.status == entry.status.name { entries.append(entry) }
    }
    self.entries = Agreement.noted(in: entries, repository, outside: artifacts)
    var notices = index.notice.map { [$0] } ?? []
    if unknown > 0 {
      notices.append(
        "\(English.count(unknown, "damaged record")), of which neither name nor date is known, \(unknown == 1 ? "is" : "are") not listed: see --status damaged"
      )
    }
    if let name = filter.name, entries.isEmpty, !index.runs.contains(where: { $0.name == name }) {
      let names = Set(index.runs.map(\.name)).subtracting([""]).sorted()
      notices.append("there is no run named '\(name)'" + NearestWord.hint(for: name, among: names))
    }
    self.notices = notices
  }
}

extension RunLog.Entry {
  fileprivate init(_ run: IndexedRun, in store: RunStore) throws {
    (self.run, agreeing) = (run, nil)
    switch run.state {
    case .sealed: (status, signs) = (.sealed, nil)
    case .damaged: (status, signs) = (.damaged(run.problem ?? ""), nil)
    case .open:
      let place = store.place(of: run.id)
      let isHeld = try FileLock.isHeld(at: place.appending(RecordFile.events))
      // A run that was sealed since the index looked was under way when it did.
      let isSealed = try FileStatus(at: place.appending(RecordFile.summary)) != nil
      status = isHeld || isSealed ? .running : .interrupted
      signs = try SignsOfLife(ofRecordAt: place)
    }
  }
}

extension IndexedRun {
  /// Whether the run can have a status, judged without asking for locks.
  fileprivate func mayHaveStatus(_ name: String) -> Bool {
    switch state {
    case .sealed: name == RunStatus.sealed.name
    case .damaged: name == RunStatus.damaged("").name
    case .open: name == RunStatus.running.name || name == RunStatus.interrupted.name
    }
  }
}
