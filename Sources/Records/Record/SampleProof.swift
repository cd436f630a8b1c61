package import Files
package import Provenance
import Scoring

/// Samples of one document, each with what shows that it is in the tree over all samples of a record: they can be shown to
/// somebody who may see nothing else of it.
package struct SampleProof: Sendable {
  /// The version of the format.
  static let schema = "replicate/sample-proof/v1"

  /// A sample and its way to the root.
  package struct Leaf: Sendable, Equatable {
    /// The file that it stands in, by which a record names evaluation, arm and seed; the sample itself does not.
    package let file: String
    /// The line of that file, without its line feed.
    package let line: String
    /// Its place among all samples, and the hashes beside its way.
    package let proof: MerkleProof
  }

  /// The record that the samples are said to be of.
  package let record: String
  /// The samples, in the order of the files' names.
  package let leaves: [Leaf]

  /// Takes the samples of a document out of an intact record.
  ///
  /// - Parameters:
  ///   - document: task and number, as in "gsm8k:17".
  ///   - record: the record.
  /// - Throws: ``RunError`` `damaged` for a record that is not as it was sealed, `notFound` for a document that it does not have;
  ///   ``FileError``.
  package init(of document: String, in record: SealedRecord) throws {
    if let finding = try record.findings().first { throw RunError(.damaged, finding) }
    let parts = document.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[1]) else {
      throw RunError(
        .notFound,
        "\(English.quoted(document)) names no document; write TASK:NUMBER, as in gsm8k:17.")
    }
    var hashes: [Digest] = []
    var found: [(file: String, line: [UInt8], index: Int)] = []
    for file in record.files where RecordFile.isOfSamples(file.name) {
      let own = try record.samples(inFile: file.name)
      let hasTask = own.tasks.contains { $0.task.name == parts[0] }
      for line in try record.contents(of: file.name).split(separator: UInt8(ascii: "\n")) {
        if hasTask, Self.isSample(line, of: String(parts[0]), number) {
          found.append((file.name, Array(line), hashes.count))
        }
        hashes.append(MerkleTree.leafHash(of: Array(line)))
      }
    }
    guard !found.isEmpty else {
      throw RunError(
        .notFound, "The record \(record.id) has no sample of \(English.quoted(document)).")
    }
    self.record = record.id
    leaves = found.map { file, line, index in
      Leaf(
        file: file, line: String(decoding: line, as: UTF8.self),
        proof: MerkleProof(ofLeaf: index, among: hashes))
    }
  }

  private static func isSample(_ line: ArraySlice<UInt8>, of task: String, _ number: Int) -> Bool {
    guard let value = try? JSONParser.parse(Array(line), source: "a sample") else { return false }
    return value["task"]?.stringValue == task && value["document"]?.integerValue == number
  }

  // MARK: - JSON

  /// The proof as one object.
  package var json: JSON {
    [
      "schema": .string(Self.schema), "record_id": .string(record),
      "samples": .array(
        leaves.map { leaf in
          [
            "file": .string(leaf.file), "sample": .string(leaf.line),
            "index": JSON(leaf.proof.index), "count": JSON(leaf.proof.count),
            "path": .array(leaf.proof.path.map { JSON($0) }),
          ]
        }),
    ]
  }

  /// Reads what ``json`` wrote.
  ///
  /// - Throws: ``FileError``, ``RunError`` `damaged` for another format or for no sample.
  package init(_ bytes: [UInt8], source: String) throws {
    let field = JSONField(try JSONParser.parse(bytes, source: source), source: source)
    let schema = try field["schema"].string()
    guard schema == Self.schema else {
      throw RunError(
        .damaged,
        "\(source) has the format \(English.quoted(schema)); a proof of samples has \(English.quoted(Self.schema))."
      )
    }
    record = try field["record_id"].string()
    leaves = try field["samples"].elements().map { leaf in
      Leaf(
        file: try leaf["file"].string(), line: try leaf["sample"].string(),
        proof: MerkleProof(
          index: try leaf["index"].count(), count: try leaf["count"].count(),
          path: try leaf["path"].elements().map { field throws(FileError) in try field.digest() }))
    }
    guard !leaves.isEmpty else {
      throw RunError(.damaged, "\(source) proves no sample: its list is empty.")
    }
  }
}
