import Files
import Foundation
import Manifests
import Records

/// What decides how a record has to look: the auditor's manifest, and only for want of one the record's own copy.
struct AuditedManifest: Sendable {
  /// The manifest, with those optional arms that the record has.
  let manifest: Manifest
  /// The file that it was read from; nil if it is the record's copy.
  let file: ManifestFile?
  /// The bytes of the expectations that it names, the auditor's or the record's; nil if it names none.
  let expectations: [UInt8]?
  /// What the record's copies say otherwise, in sentences.
  let findings: [String]
  /// What was taken for the manifest, in sentences.
  let notes: [String]

  /// Compares the record's copy of the manifest with the auditor's.
  ///
  /// - Throws: ``ManifestError`` or ``FileError`` when a file cannot be read.
  init(_ record: SealedRecord, auditor file: ManifestFile?) throws {
    let names = record.summary.arms.map(\.name)
    let path = "\(record.path)/\(RecordFile.manifest)"
    let copy = try ManifestDecoder.decode(try record.contents(of: RecordFile.manifest), name: path)
      .selecting(arms: names)
    guard let file else {
      manifest = copy
      self.file = nil
      expectations = try Self.expectations(of: record)
      let digest = try CanonicalJSON.digest(of: copy.selecting(arms: []).canonical)
      findings = []
      notes = [
        "There is no manifest '\(record.name)' of yours, so that the record is judged by its own copy, which its maker chose (canonical SHA-256 \(digest)); --manifest FILE names the one that was announced."
      ]
      return
    }
    let own = file.manifest.selecting(arms: names)
    let digest = try CanonicalJSON.digest(of: own.selecting(arms: []).canonical)
    var findings = Self.differences(of: copy, from: own, path: path, file: file)
    expectations = try file.expectationsPath.map { try OpenFile.contents(of: $0) }
    let (known, found) = (
      expectations.map { SHA256.digest(of: $0) },
      record.files.first { $0.name == RecordFile.expectations }?.digest
    )
    if known != found {
      findings.append(
        "\(record.path)/\(RecordFile.expectations) has the SHA-256 \(found?.hex ?? "of no file"), but \(file.expectationsPath ?? "the expectations of \(file.path)") has \(known?.hex ?? "none"): the run was not locked to what you hold; name the manifest that was announced with --manifest FILE."
      )
    }
    findings += try Self.lockDifferences(record, file: file)
    manifest = own
    self.file = file
    self.findings = findings
    let scaling = own.overrides.isEmpty ? "" : " with \(English.list(own.overrides)) set in it"
    notes = ["Judged by the manifest \(file.path)\(scaling) (canonical SHA-256 \(digest))."]
  }

  /// Keys of the manifest that the record's copy has otherwise, one sentence; none if it is the auditor's.
  private static func differences(
    of copy: Manifest, from own: Manifest, path: String, file: ManifestFile
  ) -> [String] {
    let differences = ValueDifference.all(own.canonical, copy.canonical, at: "")
    guard !differences.isEmpty else { return [] }
    let shown = differences.prefix(3).map { "\($0.path) (\($0.shortText))" }
    let rest = differences.count > 3 ? " and \(differences.count - 3) more" : ""
    return [
      "\(path) is not the manifest \(file.path): it differs in \(shown.joined(separator: ", "))\(rest); if the record was made from another version, name that with --manifest FILE."
    ]
  }

  /// What the lock beside the auditor's manifest says otherwise than the record's.
  private static func lockDifferences(_ record: SealedRecord, file: ManifestFile) throws -> [String]
  {
    let source = "\(record.path)/\(RecordFile.lock)"
    guard file.manifest.overrides.isEmpty, let locked = try ManifestLock.read(of: file),
      record.files.contains(where: { $0.name == RecordFile.lock })
    else { return [] }
    let recorded = try ManifestLock(try record.contents(of: RecordFile.lock), source: source)
    return locked.differences(to: recorded).map {
      "\(source) is not what \(ManifestLock.path(of: file)) locked. \($0)"
    }
  }

  private static func expectations(of record: SealedRecord) throws -> [UInt8]? {
    guard record.files.contains(where: { $0.name == RecordFile.expectations }) else { return nil }
    return try record.contents(of: RecordFile.expectations)
  }
}

extension ManifestFile {
  /// The same file with the values set in it that were set for a record's run.
  ///
  /// What was scaled down is a run of its own, of the same manifest. A record that cannot be read is left to the levels
  /// that find that out.
  func scaled(as record: SealedRecord) throws(ManifestError) -> ManifestFile {
    guard manifest.overrides.isEmpty, let overrides = try? record.history().overrides,
      !overrides.isEmpty
    else { return self }
    return try ManifestFile.read(path, overrides: overrides)
  }
}
