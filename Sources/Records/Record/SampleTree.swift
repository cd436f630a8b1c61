package import Files
import Provenance

/// The RFC 6962 tree over all samples of a record, one leaf a line, files in the order of their names.
///
/// It allows to show a single sample, with a proof that it belongs to the record, without showing any other.
package struct SampleTree: Sendable, Equatable {
  /// The number of samples.
  package let count: Int
  /// The root; that of no leaves if there are no samples.
  package let root: Digest

  /// Reads the samples among the files of a record.
  ///
  /// - Throws: ``FileError`` if one cannot be read.
  init(_ files: [RecordFile], in record: RecordEvidence) throws(FileError) {
    var tree = MerkleTree()
    for file in files where RecordFile.isOfSamples(file.name) {
      let bytes = try record.contents(of: file.name)
      for line in bytes.split(separator: UInt8(ascii: "\n")) { tree.append(Array(line)) }
    }
    count = tree.count
    root = tree.root
  }

  /// The tree as records state it.
  var json: JSON { ["count": JSON(count), "root": JSON(root)] }

  /// Reads what ``json`` wrote.
  init(_ field: JSONField) throws(FileError) {
    count = try field["count"].count()
    root = try field["root"].digest()
  }
}
