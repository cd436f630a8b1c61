package import Files
import Provenance

/// Whether samples that somebody shows are those of a record, by what the auditor has of it: the record, its anchor, or both.
package struct SampleProofCheck: Sendable {
  /// Something that commits to the samples of a record.
  struct Authority {
    /// How sentences call it.
    let name: String
    let tree: SampleTree
  }

  /// The proof.
  package let proof: SampleProof
  /// What it was held against, in words.
  package let authorities: [String]
  /// What contradicts it, in sentences.
  package let findings: [String]
  /// Whether the record's own files said in which of them the samples stand.
  private let knowsFiles: Bool

  /// Reads a proof and holds it against the record and the anchors of its name.
  ///
  /// The roots are the auditor's own; the file's word counts for nothing.
  ///
  /// - Parameters:
  ///   - file: the proof's file.
  ///   - record: the record, by its folder or the first digits of its id; nil for that of the id in the proof, if it is here.
  ///   - artifacts: the folder with the store of records.
  ///   - repository: the folder in the git repository that keeps anchors.
  /// - Throws: what reading the proof and a named record throws.
  package init(_ file: String, record: String?, artifacts: String, repository: String?) throws {
    proof = try SampleProof(OpenFile.contents(of: file), source: file)
    var known: [Authority] = []
    var sealed: SealedRecord?
    if let record {
      sealed = try SealedRecord(named: record, artifacts: artifacts)
    } else if RunID.isValid(proof.record) {
      sealed = try? SealedRecord(named: proof.record, artifacts: artifacts)
    }
    if let sealed {
      known.append(
        Authority(name: "the summary of the record \(sealed.id)", tree: sealed.sampleTree))
    }
    known += Self.anchors(of: sealed?.id ?? proof.record, repository, outside: artifacts)
    authorities = known.map(\.name)
    // An anchor commits to the samples and their order alone.
    let files = try sealed.flatMap { try $0.findings().isEmpty ? Self.files(of: $0) : nil }
    knowsFiles = files != nil
    findings =
      known.flatMap { [proof] in Self.findings(proof, $0) }
      + (files.map { [proof] in Self.misplaced(proof, $0) } ?? [])
  }

  /// The file that each sample of a record stands in, in the order of the tree.
  private static func files(of record: SealedRecord) throws -> [(name: String, count: Int)] {
    try record.files.filter { RecordFile.isOfSamples($0.name) }.map { file in
      (file.name, try record.contents(of: file.name).split(separator: UInt8(ascii: "\n")).count)
    }
  }

  /// Samples that stand in another file than the proof says, and so are another arm's or evaluation's.
  private static func misplaced(
    _ proof: SampleProof, _ files: [(name: String, count: Int)]
  ) -> [String] {
    proof.leaves.compactMap { leaf in
      var rest = leaf.proof.index
      let file = files.first { file in
        if rest < file.count { return true }
        rest -= file.count
        return false
      }
      guard let file, file.name != leaf.file else { return nil }
      return
        "The sample of number \(leaf.proof.index) stands in \(file.name) of the record, not in \(leaf.file)."
    }
  }

  private static func findings(_ proof: SampleProof, _ authority: Authority) -> [String] {
    proof.leaves.compactMap { leaf in
      let holds =
        leaf.proof.count == authority.tree.count
        && leaf.proof.holds(for: Array(leaf.line.utf8), root: authority.tree.root)
      return holds
        ? nil
        : "The sample that is said to stand in \(leaf.file) is not the one of number \(leaf.proof.index) among the \(authority.tree.count) that \(authority.name) commits to (root \(authority.tree.root))."
    }
  }

  /// The trees that anchors of a record hold; none without a repository that can be used.
  private static func anchors(
    of record: String, _ repository: String?, outside artifacts: String
  ) -> [Authority] {
    guard let store = try? AnchorRepository.open(repository, outside: [artifacts]),
      let references = try? store.references(ofRecord: record)
    else { return [] }
    return references.compactMap { reference in
      guard let anchor = try? store.anchor(reference),
        let bytes = anchor.content(of: RecordAnchor.samples),
        let value = try? JSONParser.parse(bytes, source: reference.text),
        let tree = try? SampleTree(JSONField(value, source: reference.text))
      else { return nil }
      return Authority(name: "the anchor \(anchor.commit.prefix(12))", tree: tree)
    }
  }

  // MARK: - Outcome

  /// 0 if everything agrees, 3 if something does not, 7 if there is nothing to hold it against.
  package var exitCode: Int32 {
    guard findings.isEmpty else { return ExitStatus.tampered }
    return authorities.isEmpty ? ExitStatus.unavailable : ExitStatus.success
  }

  /// What was found, for a person.
  package var text: ReportText {
    guard findings.isEmpty else { return ReportText(findings.map { "✗ " + $0 }) }
    guard !authorities.isEmpty else {
      return
        "Neither the record \(proof.record) nor an anchor of it is here, so nothing tells whether these samples are its own; `replicate anchors pull REMOTE` takes anchors."
    }
    var lines = proof.leaves.map {
      "The sample in \($0.file) is the one of number \($0.proof.index) of \($0.proof.count) in the record \(proof.record), as \(English.list(authorities)) \(authorities.count == 1 ? "says" : "say")."
    }
    if !knowsFiles {
      lines.append(
        "The name of the file, and so the arm, is the word of who made the proof: the tree commits to samples and their order."
      )
    }
    return ReportText(lines)
  }

  /// The same as one object.
  package var json: JSON {
    [
      "schema": "replicate/proof-check/v1", "exit_code": JSON(Int(exitCode)),
      "record_id": .string(proof.record), "authorities": .array(authorities.map(JSON.string)),
      "findings": .array(findings.map(JSON.string)),
      "samples": .array(
        proof.leaves.map { leaf in
          [
            "file": .string(leaf.file), "index": JSON(leaf.proof.index),
            "count": JSON(leaf.proof.count), "sample": .string(leaf.line),
          ]
        }),
    ]
  }
}
