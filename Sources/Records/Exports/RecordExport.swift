package import Files

/// Writes what a sealed record tells in formats that other programs read.
///
/// The same record gives the same bytes, whoever exports it and when.
package struct RecordExport: Sendable {
  /// What is written.
  package enum Format: String, Sendable, CaseIterable {
    /// A Process Run Crate: the record's files, and RO-Crate metadata about them.
    case crate
    /// in-toto statements about the record: provenance and, with expectations, verification summary and test result.
    case inToto = "in-toto"
    /// Metrics and scored documents of every arm, in the schema of Every Eval Ever.
    case everyEvalEver = "every-eval-ever"
    /// The pinned data as Croissant data sets, and the replication and its results as Croissant Tasks.
    case croissant
    /// For every trained arm a section of its model card, and results for the Hub's own leaderboards.
    case huggingFace = "hugging-face"
  }

  /// What came of it.
  package struct Outcome: Sendable {
    /// The record.
    package let record: SealedRecord
    /// What was written.
    package let format: Format
    /// The absolute path of the folder.
    package let path: String
    /// The written files, by their paths in the folder.
    package let files: [RecordFile]

    /// The outcome as one JSON object, for programs.
    package var json: JSON {
      [
        "schema": "replicate/export/v1", "record_id": .string(record.id),
        "record_sha256": JSON(record.digest), "format": .string(format.rawValue),
        "path": .string(path), "files": .array(files.map(\.json)),
      ]
    }

    /// The outcome as one line, for a person.
    package var text: ReportText {
      let what =
        switch format {
        case .crate: "a Process Run Crate"
        case .inToto: "unsigned in-toto statements"
        case .everyEvalEver: "logs of Every Eval Ever"
        case .croissant: "Croissant data sets and tasks"
        case .huggingFace: "model cards and results for the Hugging Face Hub"
        }
      return
        "\(path) holds the record \(record.id) as \(what): \(English.count(files.count, "file"))."
    }
  }

  private let record: SealedRecord
  private let format: Format
  private let folder: ExportFolder

  /// Finds a record and a place; nothing is written yet.
  ///
  /// - Parameters:
  ///   - name: the folder of a record, or the beginning of the id of one in a store.
  ///   - artifacts: the folder with the store of records.
  ///   - format: what to write.
  ///   - output: a folder that does not exist or is empty.
  /// - Throws: ``RunError`` or ``FileError`` when there is no such record, several, or a damaged one; `occupied`
  ///   when there is something in the folder.
  package init(_ name: String, artifacts: String, format: Format, output: String) throws {
    folder = try ExportFolder(output)
    record = try SealedRecord(named: name, artifacts: artifacts)
    self.format = format
  }

  /// Verifies the record and writes all files or none.
  ///
  /// - Throws: ``RunError`` `damaged` with every finding of a record that is not as it was sealed; `occupied`;
  ///   ``FileError``.
  package func run() throws -> Outcome {
    let account = try RunAccount(record)
    let files =
      switch format {
      case .crate: try RunCrate(account).files()
      case .inToto: try RunStatements(account).files()
      case .everyEvalEver: try EvaluationLogs(account).files()
      case .croissant: try CroissantData(account: account).files() + CroissantTasks(account).files()
      case .huggingFace: try ModelCards(account).files()
      }
    return Outcome(
      record: record, format: format, path: folder.path,
      files: try folder.write(files, from: record))
  }
}
