package import Files
import Foundation
package import Manifests
import Scoring

/// What a replication is fixed to before an arm may run: manifest, expectations, scorer and the items that are asked.
///
/// Whoever edits one of them afterwards has not replicated what was announced: that is tampering, not divergence.
package struct ManifestLock: Sendable, Equatable {
  /// The version of the format.
  static let schema = "replicate/lock/v1"

  /// The documents that an evaluation asks.
  package struct Items: Sendable, Equatable {
    /// The evaluation's name in the manifest.
    package let evaluation: String
    /// How many documents there are.
    package let count: Int
    /// A digest of all of them: task, position, question and right answer, in order.
    package let digest: Digest

    /// Creates what is known of an evaluation's documents.
    package init(evaluation: String, count: Int, digest: Digest) {
      self.evaluation = evaluation
      self.count = count
      self.digest = digest
    }
  }

  /// The replication's name.
  package let name: String
  /// The digest of the manifest's canonical form: its comments may change.
  package let manifest: Digest
  /// The digest of the bytes of the file with the documented results; nil if the manifest names none.
  package let expectations: Digest?
  /// The scorer (``ScorerVersion``).
  package let scorer: String
  /// The documents of each evaluation, in the order of the manifest.
  package let items: [Items]

  /// Fixes a manifest with its expectations to a scorer and to items.
  package init(
    _ manifest: Manifest, expectations: [UInt8]?, scorer: String, items: [Items]
  ) throws {
    name = manifest.name
    // The lock holds for every choice of optional arms.
    self.manifest = try CanonicalJSON.digest(of: manifest.selecting(arms: []).canonical)
    self.expectations = expectations.map { SHA256.digest(of: $0) }
    self.scorer = scorer
    self.items = items
  }

  // MARK: - File

  /// The file that a manifest's lock is kept in, beside the manifest.
  package static func path(of manifest: ManifestFile) -> String {
    (manifest.path as NSString).deletingPathExtension + ".lock.json"
  }

  /// Reads the lock of a manifest; nil if it has none.
  ///
  /// - Throws: ``FileError`` when there is a file that is no lock.
  package static func read(of manifest: ManifestFile) throws -> ManifestLock? {
    let path = path(of: manifest)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try ManifestLock(try OpenFile.contents(of: path), source: path)
  }

  /// The lock as the bytes of its file: canonical JSON and a line break.
  package func encoded() throws -> [UInt8] {
    try CanonicalJSON.encode([
      "schema": .string(Self.schema), "name": .string(name), "manifest_sha256": JSON(manifest),
      "expectations_sha256": JSON(expectations?.hex), "scorer": .string(scorer),
      "items": .array(
        items.map {
          [
            "evaluation": .string($0.evaluation), "n": JSON($0.count), "sha256": JSON($0.digest),
          ]
        }),
    ]) + [UInt8(ascii: "\n")]
  }

  /// Reads what ``encoded()`` wrote; messages call the file `source`.
  package init(_ bytes: [UInt8], source: String) throws {
    let field = JSONField(try JSONParser.parse(bytes, source: source), source: source)
    guard try field["schema"].string() == Self.schema else {
      throw field["schema"].failure("\"\(Self.schema)\", the format that this program reads")
    }
    name = try field["name"].string()
    manifest = try field["manifest_sha256"].digest()
    let expectations = field["expectations_sha256"]
    self.expectations = expectations.isNull ? nil : try expectations.digest()
    scorer = try field["scorer"].string()
    items = try field["items"].elements().map {
      Items(
        evaluation: try $0["evaluation"].string(), count: try $0["n"].count(),
        digest: try $0["sha256"].digest())
    }
  }

  // MARK: - Comparison

  /// What is now otherwise than it was locked, a sentence each; empty if nothing is.
  package func differences(to current: ManifestLock) -> [String] {
    var sentences: [String] = []
    func compare(_ what: String, _ locked: String?, _ found: String?) {
      guard locked != found else { return }
      sentences.append("\(what): locked \(locked ?? "none"), found \(found ?? "none").")
    }
    compare("The name", name, current.name)
    compare("The manifest (SHA-256 of its canonical form)", manifest.hex, current.manifest.hex)
    compare(
      "The expectations (SHA-256 of the file)", expectations?.hex, current.expectations?.hex)
    compare("The scorer", scorer, current.scorer)
    compare(
      "The evaluations", items.map(\.evaluation).joined(separator: ", "),
      current.items.map(\.evaluation).joined(separator: ", "))
    for (locked, found) in zip(items, current.items) where locked.evaluation == found.evaluation {
      compare(
        "The items of \(locked.evaluation)", "\(locked.count) with the SHA-256 \(locked.digest)",
        "\(found.count) with the SHA-256 \(found.digest)")
    }
    return sentences
  }
}
