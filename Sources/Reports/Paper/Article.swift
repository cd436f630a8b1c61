import Files
import Manifests
import Records

/// The article about a record: what it says, section by section.
///
/// **To change a sentence**, look for it in the file of its section, `Article+….swift`, and change it there. Whatever was
/// measured, set or judged stands in a sentence as a ``Fact``, and a sentence that only holds for some verdicts stands in
/// the branch of these verdicts, so that the prose cannot say what the record does not.
struct Article: Sendable {
  typealias Block = PaperDocument.Block

  let evidence: ReportEvidence
  /// The published table that is audited beside; nil for none.
  let published: PublishedTable?
  let record: SealedRecord
  /// What the record tells about its run; nil for a record that was changed.
  let account: RunAccount?
  /// The scores of the arms side by side; nil without two arms to compare.
  let scores: ResultTable?

  /// A published table as it was decoded.
  struct PublishedTable: Sendable {
    let file: ExperimentFile
    let table: DecodedTable
    let recipe: Recipe?
  }

  /// - Throws: what reading the record's samples throws.
  init(_ evidence: ReportEvidence, published: PublishedTable?) throws {
    self.evidence = evidence
    self.published = published
    record = evidence.records[0]
    account = evidence.accounts.first
    scores = try account?.manifest.flatMap { manifest in
      try ResultTable(manifest: manifest, samples: evidence.records[0].samples())
    }
  }

  /// The paper.
  var document: PaperDocument {
    guard evidence.tampering.isEmpty else { return tampered }
    let sections = [
      introduction, method, setup, results, audit, determinism, limits, relatedWork, reproduction,
      inputs,
    ]
    return PaperDocument(
      title: title, byline: byline, abstract: abstract,
      sections: sections.filter { !$0.blocks.isEmpty })
  }

  private var title: PaperText {
    guard let title = setting("title") else { return "A replication of \(name)" }
    return "\(title)"
  }

  private var byline: PaperText {
    let version = account?.programs.first?.version
    let program = version.map {
      fact($0, "program", "version", at: "record.json/sessions/0/version")
    }
    return
      "Written by \(code: "replicate") \(program.map { "\($0) " } ?? "")from the record \(recordID) of \(day)"
  }

  /// Of a record that was changed nothing is told but that it was.
  private var tampered: PaperDocument {
    let findings = evidence.tampering.enumerated().map { index, finding in
      fact(finding, "tampering", "\(index + 1)", at: "judgement/tampering/\(index)")
    }
    return PaperDocument(
      title: "A record of \(name) that was changed", byline: byline,
      abstract: [
        "The record is \(strong: fact(Verdict.Status.tampered.rawValue, "verdict", at: "judgement/status")): it is not as it was sealed. Of a record that was changed nothing can be said but that it was, so that this paper has no results."
      ],
      sections: [
        PaperDocument.Section("What is not as it was sealed") {
          Block.list(findings.map { "\($0)" })
        }
      ])
  }

  // MARK: - Facts

  /// Where the record's values are from.
  var origin: Fact.Origin { Fact.Origin(name: "record \(record.id)", digest: record.digest) }

  /// A value of the record, by a place in its files or in the judgement of it.
  func fact(_ text: String, _ key: String..., at place: String) -> Fact {
    Fact(text, key, at: place, of: origin)
  }

  /// A value that the manifest sets, or the default that it leaves; nil where it has none.
  func setting(_ path: String...) -> Fact? { setting(at: path) }

  func setting(at path: [String]) -> Fact? {
    var value = canonical
    for name in path { value = value?[name] }
    let text: String? =
      switch value {
      case .string(let text): text
      case .integer(let number): "\(number)"
      case .number(let number): "\(number)"
      case .array(let values): English.list(values.map(Self.text), limit: 40)
      case .null, .bool, .object, nil: nil
      }
    return text.map {
      Fact($0, ["manifest"] + path, at: "manifest.yaml: \(path.joined(separator: "."))", of: origin)
    }
  }

  private static func text(_ value: JSON) -> String { value.stringValue ?? English.shown(value) }

  /// The manifest with its defaults; nil for an import.
  var canonical: JSON? { account?.manifest?.canonical }

  var name: Fact { fact(record.name, "record", "name", at: "record.json/name") }
  var recordID: Fact { fact(record.id, "record", "id", at: "record.json/record_id") }
  var day: Fact {
    fact(String(record.sealed.prefix(10)), "record", "day", at: "record.json/sealed")
  }

  /// An arm by its name.
  func arm(_ name: String) -> Fact { fact(name, "arm", name, at: "manifest.yaml: arms") }

  /// A number of things.
  func count(_ number: Int, _ key: String, at place: String) -> Fact {
    Fact("\(number)", ["count", key], at: place, of: origin)
  }

  /// Arms that were trained.
  var trainedArms: [String] {
    evidence.arms.filter { name in
      record.summary.arms.contains { $0.name == name && $0.seed != nil }
    }
  }

  var seedCount: Int { Set(record.summary.arms.compactMap(\.seed)).count }

  /// The arms that the manifest trains with the gate of Entropy-Adaptive Fine-Tuning.
  var gatedArms: [String] {
    (account?.manifest?.arms ?? []).filter { $0.treatment.canonical["objective"] == "eaft" }
      .map(\.name)
  }

  /// Metrics that were measured, without filters that take everything.
  var metrics: Set<String> {
    Set(
      record.summary.arms.flatMap(\.metrics).map {
        DocumentedResults.RowName(task: $0.task, metric: $0.name).plainMetric
      })
  }
}
