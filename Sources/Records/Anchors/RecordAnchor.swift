import Files
package import Provenance

/// The anchor of a sealed record in the user's git repository.
package enum RecordAnchor {
  /// The file of an anchor that holds the record's ``SampleTree``: with it, a sample can be shown to belong to the record
  /// by whoever has only the anchor.
  static let samples = "samples.json"
  /// The file of an anchor that says how many trainings the run did itself, and how many it took over from earlier runs.
  static let trainings = "trainings.json"

  /// The names of the record's files that are anchored, where it has them.
  private static let names = [
    RecordFile.summary, RecordFile.manifest, RecordFile.lock, RecordFile.expectations,
  ]

  /// The files of a record that an anchor holds, as they are now.
  ///
  /// Throws if one that the record lists is missing or cannot be read.
  package static func files(of record: SealedRecord) throws -> [GitAnchor.File] {
    let work = try TrainingWork(record.history())
    return try names.filter { name in
      name == RecordFile.summary || record.files.contains { $0.name == name }
    }.map { name in
      GitAnchor.File(name: name, bytes: try record.contents(of: name))
    } + [
      GitAnchor.File(name: samples, bytes: try CanonicalJSON.encode(record.sampleTree.json)),
      GitAnchor.File(name: trainings, bytes: try CanonicalJSON.encode(work.json)),
    ]
  }

  /// Anchors a record in the repository around a folder.
  ///
  /// - Throws: ``ProvenanceError`` (`noRepository` if there is none), ``AnchorError`` `signing`, `foreign`.
  package static func anchor(
    _ record: SealedRecord, in repository: String?, artifacts: String
  ) async throws -> AnchorOutcome {
    let store = try AnchorRepository.open(repository, outside: [artifacts, record.path])
    guard let time = Timestamp.seconds(of: record.sealed) else {
      throw RunError(
        .damaged, "The record \(record.path) says it was sealed at \"\(record.sealed)\".")
    }
    return try await store.anchor(
      .record(id: record.id, digest: record.digest), files: try files(of: record), time: time
    ) {
      try await GitProgram.signature($0, of: $1)
    }
  }

  /// Anchors a record as ``anchor(_:in:artifacts:)`` does and tells how it went; a run is none the worse for it.
  ///
  /// - Returns: One sentence; nil where there is no repository, or nothing new to say.
  package static func note(
    anchoring record: SealedRecord, in repository: String?, artifacts: String
  ) async -> String? {
    do {
      switch try await anchor(record, in: repository, artifacts: artifacts) {
      case .anchored(let anchor):
        let signed = anchor.isSigned ? " and signed" : ""
        return "anchored\(signed) in git as \(anchor.name.reference)"
      case .unchanged: return nil
      }
    } catch let error as ProvenanceError where error.code == .noRepository {
      return nil
    } catch {
      return "not anchored in git: \(error)"
    }
  }
}

/// Which trainings a run did itself.
struct TrainingWork: Sendable, Equatable {
  /// Trainings that were done for the run.
  var executed: Int
  /// Trainings of earlier runs that stood in for those of this one.
  var reused: Int

  /// Counts the trainings that a log tells of.
  ///
  /// A resumed run takes over what it has done itself before, which is no less its own.
  init(_ history: RunHistory) {
    let done = TrainingHistory(history).trainings.filter { !$0.ends.isEmpty }
    let own = done.filter { $0.ends.contains { !$0.isReused } }
    executed = own.count
    reused = done.count - own.count
  }

  /// Reads what ``json`` wrote; nil for anything else.
  init?(_ bytes: [UInt8]) {
    guard let value = try? JSONParser.parse(bytes, source: RecordAnchor.trainings),
      let executed = value["executed"]?.integerValue, let reused = value["reused"]?.integerValue
    else { return nil }
    (self.executed, self.reused) = (executed, reused)
  }

  var json: JSON { ["executed": JSON(executed), "reused": JSON(reused)] }
}
