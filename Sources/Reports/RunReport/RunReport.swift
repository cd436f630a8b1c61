import Files
package import Records

/// A report of records as one page that opens from disk, or as Markdown.
///
/// The same records give the same bytes, whoever makes it and when: no path, no clock, no address is in it.
package struct RunReport: Sendable {
  let evidence: ReportEvidence

  /// The report of what was read.
  package init(_ evidence: ReportEvidence) { self.evidence = evidence }

  /// What the report says; to say more, add a section here.
  var document: ReportDocument {
    guard evidence.tampering.isEmpty else {
      return ReportDocument(title: title, headline: headline, sections: [tampering])
    }
    let sections = [
      documented, claims, contrasts, changes, training, tokens, disputes, unknowns, signals,
      provenance, reproduction,
    ]
    return ReportDocument(
      title: title, headline: headline, sections: sections.filter { !$0.blocks.isEmpty })
  }

  /// The report as Markdown, without its charts.
  package var markdown: String { MarkdownReport.text(document) }

  /// The report as one HTML file.
  ///
  /// - Throws: ``FileError`` when a file of a record cannot be read.
  package func html() throws -> String { try page().html }

  /// The file with what it may fetch and run.
  func page() throws -> ReportPage {
    try ReportPage(document, evidence: EmbeddedEvidence(evidence))
  }

  // MARK: - Parts

  private var title: String {
    "Report of \(Chart.shortened(English.list(Self.distinct(evidence.records.map(\.name))), to: 200))"
  }

  /// How the records come out.
  var headline: ReportDocument.Headline {
    guard let judgement = evidence.check?.judgement else {
      guard let finding = evidence.tampering.first else {
        return .init(
          status: "UNJUDGED",
          sentence: "Nothing is documented that these results could be held against.")
      }
      return .init(status: Verdict.Status.tampered.rawValue, sentence: finding)
    }
    let imported = judgement.hasImports ? " (results \(Imported.notice))" : ""
    return .init(
      status: judgement.status.rawValue, sentence: judgement.why + imported,
      question: judgement.title)
  }

  private var tampering: ReportDocument.Section {
    .init(
      id: "tampering", title: "What is not as it was sealed",
      blocks: [
        .paragraph("Of a record that was changed nothing can be said but that it was."),
        .list(evidence.tampering),
      ])
  }

  /// The number of an arm's colour and mark.
  func series(_ arm: String) -> Int { evidence.arms.firstIndex(of: arm) ?? 0 }

  /// Each text once, in the order of their first places.
  static func distinct(_ texts: [String]) -> [String] {
    texts.reduce(into: []) { known, text in
      if !known.contains(text) { known.append(text) }
    }
  }

  /// The arms with their marks, for the legend of a chart.
  func legend(_ arms: [String]) -> [(series: Int, name: String)] {
    arms.map { (series($0), $0) }
  }
}

extension SignificanceTest.Interval {
  /// The limits.
  var range: ClosedRange<Double> { min(lower, upper)...max(lower, upper) }
}
