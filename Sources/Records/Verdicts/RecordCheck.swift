import Files
import Foundation
package import Manifests

/// Judges what sealed records hold, without training or evaluating anything.
package struct RecordCheck: Sendable {
  /// What came of it.
  package struct Outcome: Sendable {
    /// The records that were judged together.
    package let records: [SealedRecord]
    /// What they were judged by.
    package let expectations: ExperimentFile
    /// Whether the runs were locked to just these expectations before they began.
    package let isLocked: Bool
    /// The verdicts.
    package var judgement: Judgement
  }

  private let records: [SealedRecord]
  private let expectations: ExperimentFile

  /// Finds records, and what they are judged by.
  ///
  /// - Parameters:
  ///   - names: folders of records, or the beginnings of ids; the arms of several are judged together, as those of imports,
  ///     which hold one arm each.
  ///   - artifacts: the folder with the store of records.
  ///   - expectations: what they are judged by; nil for what each run was locked to, which has to be the same for all.
  /// - Throws: ``RunError`` `notFound` when there is nothing to judge by, and what reading throws.
  package init(_ names: [String], artifacts: String, expectations: ExperimentFile?) throws {
    records = try names.map { try SealedRecord(named: $0, artifacts: artifacts) }
    if let expectations {
      for record in records { try Self.checkIsWhole(record) }
      self.expectations = expectations
      return
    }
    let locked = try records.map { record in
      do {
        return try record.expectations()
      } catch let error as ManifestError {
        // Expectations that cannot be read are none that somebody wrote wrong, but some that were changed.
        guard let finding = try record.tampering().first else { throw error }
        throw RunError(.tampered, finding)
      }
    }
    guard let first = locked.first, let first else {
      throw RunError(
        .notFound,
        "The record \(records.first?.id ?? "") was made without expectations; say what to judge it by with --against EXPERIMENT."
      )
    }
    guard locked.allSatisfy({ $0?.results == first.results }) else {
      throw RunError(
        .ambiguous,
        "These records were made with different expectations; say what to judge them by with --against EXPERIMENT."
      )
    }
    self.expectations = first
  }

  /// Refuses a run that was scaled down: what is documented is of the whole.
  private static func checkIsWhole(_ record: SealedRecord) throws {
    // Of what was tampered with the check itself tells.
    let all = (try? record.history().overrides) ?? []
    let overrides = all.filter { !EngineName.isChosen(by: $0) }
    guard !overrides.isEmpty else { return }
    throw RunError(
      .ambiguous,
      "The record \(record.id) is of a run that was scaled down (\(overrides.joined(separator: ", "))), of which documented results say nothing; a run with `--set expectations=FILE` is judged by expectations of its own."
    )
  }

  /// Judges one record that was read already.
  init(_ record: SealedRecord, expectations: ExperimentFile) {
    records = [record]
    self.expectations = expectations
  }

  /// Verifies the records and judges their results.
  ///
  /// - Throws: ``RunError`` `ambiguous` when several imports hold one model, and what reading throws.
  package func run() throws -> Outcome {
    let tampered = try records.flatMap { try $0.tampering() }
    if tampered.isEmpty { try ImportedModel.check(records) }
    // The digest of results is that of one whole record.
    let digest = records.count == 1 ? records[0].resultsDigest : nil
    // Of a damaged record nothing can be said but that it is.
    let results = try MeasuredResults(digest: digest, of: tampered.isEmpty ? records : [])
    return Outcome(
      records: records, expectations: expectations,
      isLocked: records.allSatisfy { record in
        record.files.contains {
          $0.name == RecordFile.expectations && $0.digest == expectations.sha256
        }
      },
      judgement: Judgement(
        documented: expectations.results, results: results, tampering: tampered,
        notices: try records.compactMap { try $0.precedence(over: expectations.sha256) },
        hasImports: records.contains(where: \.isImported)))
  }
}

extension SealedRecord {
  /// Reads the record in a folder, or the one of a store whose id begins with these digits.
  ///
  /// - Throws: ``RunError`` or ``FileError`` when there is none, several, or a damaged one.
  package init(named name: String, artifacts: String) throws {
    try self.init(at: RunStore(artifacts: artifacts).place(named: name))
  }

  /// What is not as it was sealed, or as the run was locked to, in sentences; empty for a record that can be judged.
  package func tampering() throws -> [String] {
    let findings = try findings()
    // The lock of a damaged record may be none any more.
    return findings.isEmpty ? try lockFindings() : findings
  }

  /// What the record holds otherwise than its run was locked to, in sentences.
  private func lockFindings() throws -> [String] {
    func digest(_ name: String) -> Digest? { files.first { $0.name == name }?.digest }
    guard digest(RecordFile.lock) != nil else { return [] }
    let file = "\(path)/\(RecordFile.lock)"
    let lock = try ManifestLock(try contents(of: RecordFile.lock), source: file)
    var findings: [String] = []
    let found = digest(RecordFile.expectations)
    if lock.expectations != found {
      findings.append(
        "\(path)/\(RecordFile.expectations) has the SHA-256 \(found?.hex ?? "of no file"), but the run was locked to \(lock.expectations?.hex ?? "none")."
      )
    }
    let source = "\(path)/\(RecordFile.manifest)"
    let manifest = try ManifestDecoder.decode(
      try contents(of: RecordFile.manifest), name: source)
    let canonical = try CanonicalJSON.digest(of: manifest.canonical)
    if lock.manifest != canonical {
      findings.append(
        "\(source) has the canonical SHA-256 \(canonical), but the run was locked to \(lock.manifest)."
      )
    }
    return findings
  }
}
