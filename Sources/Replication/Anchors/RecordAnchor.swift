package import Provenance

/// The anchor of a sealed record in the git repository around its folder.
package enum RecordAnchor {
  /// The file of an anchor that holds the record's ``SampleTree``: with it, a sample can be shown to belong to the record
  /// by whoever has only the anchor.
  static let samples = "samples.json"

  /// The names of the record's files that are anchored, where it has them.
  private static let names = [
    RecordFile.summary, RecordFile.manifest, RecordFile.lock, RecordFile.expectations,
  ]

  /// The files of a record that an anchor holds, as they are now.
  ///
  /// Throws if one that the record lists is missing or cannot be read.
  package static func files(of record: SealedRecord) throws -> [GitAnchor.File] {
    try names.filter { name in
      name == RecordFile.summary || record.files.contains { $0.name == name }
    }.map { name in
      GitAnchor.File(name: name, bytes: try record.contents(of: name))
    } + [
      GitAnchor.File(name: samples, bytes: try CanonicalJSON.encode(record.sampleTree.json))
    ]
  }

  /// Anchors a record in the repository that contains its folder.
  ///
  /// - Throws: ``ProvenanceError`` (`noRepository` if there is none), ``AnchorError`` `signing`.
  package static func anchor(_ record: SealedRecord) async throws -> AnchorOutcome {
    let store = try AnchorStore(containing: record.path)
    guard let time = Timestamp.seconds(of: record.sealed) else {
      throw RunError(
        .damaged, "The record \(record.path) says it was sealed at \"\(record.sealed)\".")
    }
    return try await store.anchor(record.id, files: try files(of: record), time: time) {
      try await GitProgram.signature($0, of: $1)
    }
  }

  /// Anchors a record as ``anchor(_:)`` does and tells how it went; a run is none the worse for it.
  ///
  /// - Returns: One sentence; nil where there is no repository, or nothing new to say.
  package static func note(anchoring record: SealedRecord) async -> String? {
    do {
      switch try await anchor(record) {
      case .anchored(let anchor):
        let signed = anchor.isSigned ? " and signed" : ""
        return "anchored\(signed) in git as \(GitAnchor.reference(of: anchor.id))"
      case .unchanged: return nil
      case .differs(let anchor, let differences):
        return
          "the record \(record.id) is not the one that git keeps in \(GitAnchor.reference(of: anchor.id)): \(differences.map(\.description).joined(separator: "; "))"
      }
    } catch let error as ProvenanceError where error.code == .noRepository {
      return nil
    } catch {
      return "not anchored in git: \(error)"
    }
  }
}
