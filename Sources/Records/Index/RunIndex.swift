import Assets
import Files
import GRDB

/// A database of all runs and their metrics, for looking things up quickly: `<artifacts>/replicate.sqlite`.
///
/// It is an index and never the only copy of anything: what it says comes from the records. Opening it brings it up to
/// date, and reads a record again only where ``RecordFreshness`` says that it changed.
///
/// **What is checked when.** On opening: that the schema is the present one to the letter, and that every run's row
/// hashes to the digest that it carries. SQLite's own check of all pages takes about as long for ten thousand runs, grows
/// with their metrics, and does not see a changed letter. On reading a run's metrics: that they hash to the digest in the
/// run's row. What is damaged, or was written by another version, is set aside and rebuilt from the records; metrics are
/// refused.
///
/// **What is written when.** SQLite changes a copy in memory, and the file appears whole or not at all: SQLite's own
/// files lie beside it by names that could be links. Only who is to write it does, under a lock; readers lock nothing.
package final class RunIndex: Sendable {
  /// The runs when the index was opened, newest first.
  package let runs: [IndexedRun]
  /// Why the database was rebuilt or is not used, in one sentence; nil if all is well.
  package let notice: String?
  let database: DatabaseQueue

  /// The path of an artifacts folder's database.
  package static func path(artifacts: String) -> String { ArtifactsFolder(artifacts).index.path }

  /// Opens the index of an artifacts folder, brings it up to date with the records, and writes it if that changed it.
  ///
  /// - Parameters:
  ///   - artifacts: The folder with the records.
  ///   - rebuilding: Whether to forget everything and read all records again; other processes see either content.
  /// - Throws: ``RunError`` `index`, or ``FileError``, if the database can be neither used nor replaced.
  package init(artifacts: String, rebuilding: Bool = false) throws {
    let folder = ArtifactsFolder(artifacts)
    let (place, store) = (folder.index, RunStore(artifacts: artifacts))
    (database, runs, notice) = try RunIndex.wrapping(place) {
      let lock = try FileLock(
        path: folder.place.appending("\(place.name).lock"), waitingSeconds: 600)
      defer { withExtendedLifetime(lock) {} }
      let opened = try Self.open(Sources(rebuilding ? nil : place, store), store)
      let aside = opened.damage == nil ? nil : try RunIndex.setAside(place)
      if opened.isChanged {
        try AtomicFile.write(try IndexFile.bytes(of: opened.database), to: place)
      }
      let notice = opened.damage.map {
        "the index \(place) could not be used (\($0)); it was moved to \(aside ?? "") and rebuilt from the records"
      }
      return (opened.database, opened.runs, notice)
    }
  }

  /// Reads the index of an artifacts folder; what it lacks is read from the records, and nothing is written.
  ///
  /// - Throws: ``RunError`` `index`, or ``FileError`` when the records cannot be listed.
  package init(reading artifacts: String) throws {
    let place = ArtifactsFolder(artifacts).index
    (database, runs, notice) = try RunIndex.wrapping(place) {
      let store = RunStore(artifacts: artifacts)
      var sources = try Sources(place, store)
      var refusal: String?
      // Whoever only reads can do without it, whatever is wrong.
      if case .failure(let error) = sources.file, IndexDamage(error) == nil {
        (sources.file, refusal) = (.success(nil), "\(error)")
      }
      let opened = try Self.open(sources, store)
      let notice = (opened.damage ?? refusal).map {
        "the index \(place) is not used (\($0)); `replicate log --rebuild` makes it anew"
      }
      return (opened.database, opened.runs, notice)
    }
  }

  /// Puts what is new into the index; gives what a person should know of it, in a sentence.
  ///
  /// It throws nothing: records are complete without the index.
  package static func update(artifacts: String) -> String? {
    do {
      return try RunIndex(artifacts: artifacts).notice
    } catch {
      return
        "the index of all runs could not be brought up to date, and nothing else depends on it: \(error)"
    }
  }

  private static func wrapping<Result>(_ place: ContainedPath, _ body: () throws -> Result) throws
    -> Result
  {
    func unusable(_ reason: String) -> RunError {
      RunError(.index, "The index \(place) cannot be used: \(reason)")
    }
    do {
      return try body()
    } catch let error as DatabaseError {
      throw unusable("\(error.message ?? "\(error.resultCode)").")
    } catch let error as FileError where error.code != .link {
      throw unusable(error.message)
    }
  }

  private struct Opened {
    let database: DatabaseQueue
    let runs: [IndexedRun]
    /// Whether the file says anything else.
    let isChanged: Bool
    /// Why the file could not be used, as a phrase.
    var damage: String?
  }

  /// Brings what a file holds up to date, or begins anew without one or with a damaged one.
  private static func open(_ sources: Sources, _ store: RunStore) throws -> Opened {
    var damage: String?
    do {
      if let (database, rows) = try sources.file.get() {
        let (runs, changed) = try synchronize(database, rows, with: sources.evidence, store)
        return Opened(database: changed ?? database, runs: runs, isChanged: changed != nil)
      }
    } catch {
      guard let found = IndexDamage(error) else { throw error }
      damage = found.reason
    }
    let (runs, made) = try synchronize(nil, CheckedRows(), with: sources.evidence, store)
    guard let made else { preconditionFailure("Where there was no database, one is made.") }
    return Opened(database: made, runs: runs, isChanged: true, damage: damage)
  }

  /// Renames a database, and what earlier versions left beside it, so that nothing is lost; gives the new path.
  private static func setAside(_ place: ContainedPath) throws -> String {
    var number = 1
    func beside(_ ending: String) -> ContainedPath {
      place.parent.appending(place.name + ending)
    }
    while try FileStatus(at: beside("\(setAsideInfix)\(number)")) != nil { number += 1 }
    for suffix in ["", "-journal", "-wal", "-shm"]
    where try FileStatus(at: beside(suffix)) != nil {
      try beside(suffix).move(to: beside("\(setAsideInfix)\(number)\(suffix)"))
    }
    return beside("\(setAsideInfix)\(number)").path
  }

  /// What stands between the names of a database and the number of one that was set aside.
  static let setAsideInfix = ".set-aside-"
}

/// What makes a database worthless, as opposed to a disk that is full or a lock that is held.
struct IndexDamage: Error {
  /// What is wrong, as a phrase.
  let reason: String

  init(reason: String) { self.reason = reason }

  /// Nil if an error says anything else.
  init?(_ error: any Error) {
    switch error {
    case let error as IndexDamage: self = error
    case let error as DatabaseError:
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_SCHEMA,
        .SQLITE_MISMATCH, .SQLITE_CANTOPEN:
        reason = error.message ?? "damaged"
      default: return nil
      }
    default: return nil
    }
  }
}
