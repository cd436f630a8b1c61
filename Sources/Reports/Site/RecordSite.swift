import Assets
package import Files
import Foundation
import Records
import Replication

/// All records of an artifacts folder as pages: a list with a search, each record, its report, and any two compared.
///
/// It only reads. What an address names is looked up in the list, so that no name from outside becomes a path.
package struct RecordSite: Sendable {
  private let artifacts: String

  /// The pages of a folder.
  ///
  /// - Throws: ``FileError`` `noFolder` if there is none.
  package init(artifacts: String) throws(FileError) {
    _ = try ArtifactsFolder(existing: artifacts)
    self.artifacts = artifacts
  }

  /// The number of records.
  ///
  /// - Throws: ``RunError`` `index`, ``FileError`` when the records cannot be listed.
  package func count() throws -> Int { try RunLog(artifacts: artifacts).entries.count }

  /// Answers a request with a page, whatever stands in it and in the records.
  ///
  /// - Parameters:
  ///   - path: the path as it was sent, percent-encoded.
  ///   - query: what stands behind the question mark, as it was sent.
  /// - Returns: The page, which says what is wrong if there is none.
  package func page(path: String, query: String) -> SitePage {
    guard let request = SiteRequest(path: path, query: query) else {
      return .problem(400, "Not an address", "The address is no text that could name a page here.")
    }
    do {
      let log = try RunLog(artifacts: artifacts)
      switch (request.path.first, request.path.count) {
      case (nil, _): return RecordList(log, search: request.values("q").joined(separator: " ")).page
      case ("record", 2): return try listed(request.path[1], in: log).map(overview) ?? missing
      case ("report", 2): return try listed(request.path[1], in: log).map(report) ?? missing
      case ("compare", 1): return try comparison(request.values("record"), in: log)
      default: return missing
      }
    } catch {
      return .problem(422, "This cannot be shown", "\(error)")
    }
  }

  private var missing: SitePage {
    .problem(404, "No such page", "There is no such page, or no record with this id any more.")
  }

  /// The id, if a record has it.
  private func listed(_ id: String, in log: RunLog) -> String? {
    log.entries.first { $0.run.id == id }?.run.id
  }

  private func path(of id: String) -> String { RunStore(artifacts: artifacts).path(of: id) }

  // MARK: - Pages

  private func report(_ id: String) throws -> SitePage {
    try SitePage(
      RunReport(ReportEvidence([path(of: id)], artifacts: artifacts, expectations: nil)))
  }

  private func overview(_ id: String) throws -> SitePage {
    let record = try RecordOverview(path(of: id), artifacts: artifacts)
    var links: [(String, String)] = [("All records", "/")]
    if record.status == .sealed { links.append(("Report", RecordList.address("report", id))) }
    return SitePage(
      title: "Record \(id)",
      [
        .element(
          "header", [],
          [
            .element("h1", [], [.text("\(record.name), record \(id)")]), RecordList.links(links),
          ])
      ] + [Self.printed(record.text)])
  }

  private func comparison(_ ids: [String], in log: RunLog) throws -> SitePage {
    guard ids.count == 2 else {
      return .problem(
        400, "Two records, please",
        "The list has to have two marks for a comparison, and it had \(ids.count).")
    }
    let known = ids.compactMap { listed($0, in: log) }
    guard known.count == 2 else { return missing }
    let records = try known.map {
      try SealedRecord(at: RunStore(artifacts: artifacts).place(of: $0))
    }
    let difference = try RecordDifference(
      records[0], records[1], weightsIn: ArtifactStore(ArtifactsFolder(artifacts)))
    return SitePage(
      title: "\(known[0]) and \(known[1])",
      [
        .element(
          "header", [],
          [
            .element("h1", [], [.text("\(known[0]) and \(known[1])")]),
            RecordList.links(
              [("All records", "/")]
                + records.map { ("\($0.name) \($0.id)", RecordList.address("record", $0.id)) }),
          ]), Self.printed(difference.text),
      ])
  }

  /// What a command prints.
  private static func printed(_ text: ReportText) -> Markup {
    .element("pre", [.init("class", "commands"), .init("tabindex", "0")], [.lines(text.plain)])
  }
}
