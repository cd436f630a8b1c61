package import Files
package import Manifests
package import Records

/// A paper about a record, as it was written to a folder.
package struct WrittenPaper: Sendable, CommandOutcome {
  /// The files, by their paths in the folder.
  package let files: [String]
  private let folder: String
  private let record: SealedRecord
  private let status: String
  package let exitCode: Int32

  /// Writes the paper about a record.
  ///
  /// The folder gets `paper.tex` with `facts.tex` and `tables.tex`, `paper.md`, charts in `figures/` and a Makefile that
  /// makes `paper.pdf`. Files of an earlier paper are replaced, each whole or not at all.
  ///
  /// - Parameters:
  ///   - evidence: the record and how it is judged.
  ///   - table: the experiment whose table is audited beside; nil for what the record is judged by, if that can be decoded,
  ///     or else the one that its manifest is about.
  ///   - catalog: where experiments are found.
  ///   - folder: where the files go.
  /// - Throws: ``RunError`` `occupied`, before anything is written, for a file of such a name that this program did not write;
  ///   what reading and writing throws.
  package init(
    _ evidence: ReportEvidence, table: String?, catalog: ExperimentCatalog, folder: String
  ) throws {
    let article = try Article(
      evidence,
      published: try Self.published(evidence, table: table, catalog: catalog).map { file in
        Article.PublishedTable(
          file: file, table: DecodedTable(file.results), recipe: try file.recipe())
      })
    let contents = Self.contents(article)
    let place = ContainedPath(root: folder)
    for (name, _) in contents { try Self.checkIsOurs(place.appending(name)) }
    try place.appending("figures").createFolder()
    for (name, content) in contents {
      try AtomicFile.write(Array(content.utf8), to: place.appending(name))
    }
    files = contents.map(\.name)
    self.folder = folder
    record = article.record
    status = RunReport(evidence).headline.status
    exitCode = evidence.exitCode
  }

  package var text: ReportText {
    "\(folder) holds a paper about the record \(record.id): \(status). paper.md is its text; make -C \(folder) makes paper.pdf."
  }

  package var json: JSON {
    [
      "schema": "replicate/paper/v1", "exit_code": JSON(Int(exitCode)),
      "record_id": .string(record.id), "record_sha256": JSON(record.digest),
      "status": .string(status), "folder": .string(folder),
      "files": .array(files.map(JSON.string)),
    ]
  }

  // MARK: - What is audited beside

  /// The experiment whose table is audited where a manifest trains arms as that publication does.
  private static let publicationOfGate = "eaft-axolotl-blog"

  private static func published(
    _ evidence: ReportEvidence, table: String?, catalog: ExperimentCatalog
  ) throws -> ExperimentFile? {
    if let table { return try catalog.experiment(table) }
    if let own = evidence.check?.expectations, own.isPublication { return own }
    let arms = evidence.accounts.compactMap(\.manifest).flatMap(\.arms)
    guard arms.contains(where: { $0.treatment.canonical["objective"] == "eaft" }),
      let path = try? catalog.path(of: publicationOfGate)
    else { return nil }
    return try ExperimentFile.read(path)
  }

  // MARK: - Files

  /// All files of a paper, by their paths in its folder.
  static func contents(_ article: Article) -> [(name: String, content: String)] {
    let document = article.document
    let charts = document.charts.map { name, chart in
      (
        name: "figures/\(name).svg",
        content:
          "\(mark(of: ".svg")), from the SHA-256 \(article.origin.digest.hex) -->\n\(chart.svg)"
      )
    }
    return LaTeXPaper.files(document, of: article.origin)
      + [
        (name: "paper.md", content: MarkdownPaper.text(document)),
        (name: "Makefile", content: "\(mark(of: "Makefile"))\(makefile)"),
      ] + charts
  }

  /// What files of a name begin with if this program wrote them.
  private static func mark(of name: String) -> String {
    if name.hasSuffix(".tex") { return LaTeXPaper.mark }
    if name.hasSuffix(".md") { return MarkdownPaper.mark }
    return name.hasSuffix(".svg")
      ? "<!-- Written by replicate paper" : "# Written by replicate paper"
  }

  /// Refuses to write over a file that somebody else wrote.
  private static func checkIsOurs(_ place: ContainedPath) throws {
    guard try FileStatus(at: place) != nil else { return }
    guard try OpenFile.contents(of: place).starts(with: mark(of: place.name).utf8) else {
      throw RunError(
        .occupied,
        "\(place) was not written by `replicate paper`, which writes over nothing else; name another folder with --output."
      )
    }
  }

  private static let makefile = #"""
    . Makes paper.pdf with Debian's texlive-latex-recommended and lmodern; charts with librsvg2-bin.
    export SOURCE_DATE_EPOCH := 0
    FIGURES := $(patsubst %.svg,%.pdf,$(wildcard figures/*.svg))
    LATEX := pdflatex -no-shell-escape -interaction=nonstopmode -halt-on-error

    paper.pdf: paper.tex facts.tex tables.tex $(FIGURES)
    	$(LATEX) paper.tex >/dev/null || { cat paper.log; exit 1; }
    	$(LATEX) paper.tex >/dev/null
    	$(LATEX) paper.tex >/dev/null

    figures/%.pdf: figures/%.svg
    	rsvg-convert --format=pdf --output=$@ $<

    """#
}

extension ExperimentFile {
  /// Whether it has values that were published, so that their right answers can be counted; values of earlier runs were not.
  fileprivate var isPublication: Bool {
    let published = results.sources.filter { $0.location.hasPrefix("https://") }.map(\.name)
    return DecodedTable(results).rows.contains { row in
      published.contains(row.cell.source) && row.values.contains { $0.counts.range != nil }
    }
  }
}

extension PaperDocument {
  /// The charts by the names of their files, without endings.
  fileprivate var charts: [(name: String, chart: Chart)] {
    sections.flatMap(\.blocks).flatMap { block -> [(name: String, chart: Chart)] in
      guard case .figure(let charts, let label, _) = block else { return [] }
      return charts.enumerated().map { (LaTeXPaper.name(label, $0.offset), $0.element) }
    }
  }
}
