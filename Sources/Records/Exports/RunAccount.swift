package import Files
package import Manifests
import Scoring

/// What an intact record tells about its run, as every format of exports needs it.
package struct RunAccount: Sendable {
  /// The record.
  package let record: SealedRecord
  /// Every file of the record, its log and its summary included, sorted by name.
  package let files: [RecordFile]
  /// The manifest with the arms that were run; nil for an import.
  package let manifest: Manifest?
  /// What an import was told; nil for a run.
  let importDescription: JSON?
  /// What the run read, in the order of the log.
  package let inputs: [Input]
  /// The programs that worked on the run, in the order of the log, one for each session.
  package let programs: [ProgramVersion]
  /// What was trained and evaluated: trainings in the order of the arms, then evaluations.
  let activities: [Activity]
  /// How the results compare with what the run was to be judged by; nil without expectations.
  let judgement: Judgement?

  /// Verifies a record and reads it.
  ///
  /// - Throws: ``RunError`` `damaged` with every finding, if there is one; and what reading throws.
  init(_ record: SealedRecord) throws {
    let findings = try record.tampering()
    guard findings.isEmpty else {
      throw RunError(
        .damaged,
        "The record \(record.id) is not as it was sealed and cannot be exported: "
          + findings.joined(separator: " "))
    }
    self.record = record
    let own = [
      try record.file(RecordFile.events),
      try record.file(RecordFile.summary),
    ]
    files = (record.files + own).sorted {
      $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    let source = "\(record.path)/\(RecordFile.manifest)"
    let bytes = try record.contents(of: RecordFile.manifest)
    importDescription = Imported.description(bytes)
    manifest =
      importDescription == nil
      ? try ManifestDecoder.decode(bytes, name: source)
        .selecting(arms: record.summary.arms.map(\.name)) : nil
    let history = try record.history()
    inputs = Input.all(in: history, manifest: manifest)
    programs = try record.sessions.map {
      try ProgramVersion(JSONField($0, source: "\(record.path)/\(RecordFile.summary)"))
    }
    let trainings = record.summary.arms.compactMap {
      Activity.training(of: $0, in: history)
    }
    let evaluations = try record.files.filter { RecordFile.isOfSamples($0.name) }.map {
      try Activity.evaluation(in: $0, of: record, history)
    }
    activities = trainings + evaluations
    judgement = try record.expectations().map {
      try RecordCheck(record, expectations: $0).run().judgement
    }
  }

  /// The record's file of this name, if it has one.
  func file(_ name: String) -> RecordFile? { files.first { $0.name == name } }

  /// The inputs that some assets of the manifest stand for.
  func inputs(_ assets: [String]) -> [Input] { inputs.filter { assets.contains($0.asset) } }
}

/// A build of this program that worked on a run.
package struct ProgramVersion: Sendable, Equatable {
  /// Its version.
  package let version: String
  /// The commit that it was built from, if that is known.
  package let commit: String?
  /// The digest of the difference to that commit; nil if there was none.
  package let patch: Digest?
  /// The address of the repository, if it has one.
  package let origin: String?

  /// Reads a session of a record.
  init(_ session: JSONField) throws(FileError) {
    version = try session["version"].string()
    let code = session["code"]
    commit = code["commit"].isNull ? nil : try code["commit"].string()
    patch = code["patch_sha256"].isNull ? nil : try code["patch_sha256"].digest()
    origin = code["origin"].isNull ? nil : try code["origin"].string()
  }

  /// The page of the repository; nil unless it is one of the web.
  var page: String? { origin.flatMap { $0.hasPrefix("https://") ? $0 : nil } }
}
