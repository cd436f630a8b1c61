package import Files
package import Records

/// Where a report was written.
package struct WrittenReport: Sendable, CommandOutcome {
  /// The files, as they were named.
  package let files: [String]
  private let evidence: ReportEvidence
  private let status: String

  /// Reads records and writes their report, each file whole or not at all.
  ///
  /// - Parameters:
  ///   - evidence: what the report is made from.
  ///   - html: the file that gets the page; nil for none.
  ///   - markdown: the file that gets the text; nil for none.
  /// - Throws: ``FileError`` when a file cannot be read or written.
  package init(_ evidence: ReportEvidence, html: String?, markdown: String?) throws {
    let report = RunReport(evidence)
    if let html { try AtomicFile.write(Array(report.html().utf8), to: html) }
    if let markdown { try AtomicFile.write(Array(report.markdown.utf8), to: markdown) }
    files = [html, markdown].compactMap(\.self)
    self.evidence = evidence
    status = report.document.headline.status
  }

  package var exitCode: Int32 { evidence.exitCode }

  private var ids: [String] { evidence.records.map(\.id) }

  package var text: ReportText {
    ReportText(
      files.map { "\($0) holds the report of \(English.list(ids)): \(status)." })
  }

  package var json: JSON {
    [
      "schema": "replicate/report/v1", "exit_code": JSON(Int(exitCode)),
      "record_ids": .array(ids.map(JSON.string)), "status": .string(status),
      "files": .array(files.map(JSON.string)),
    ]
  }
}
