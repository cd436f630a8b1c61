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

  /// An input that the manifest pins by no digest of its own, but by a commit, or not at all.
  package struct Input: Sendable, Equatable {
    /// The asset's name in the manifest.
    package let asset: String
    /// Which of its files.
    package let file: String
    /// The SHA-256 of what was there.
    package let digest: Digest

    /// Creates what is known of an input.
    package init(asset: String, file: String, digest: Digest) {
      self.asset = asset
      self.file = file
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
  /// Files of the Hugging Face Hub without a digest in the manifest, sorted by asset; none in locks of older versions.
  package let inputs: [Input]

  /// Fixes a manifest with its expectations to a scorer, to items and to inputs.
  package init(
    _ manifest: Manifest, expectations: [UInt8]?, scorer: String, items: [Items],
    inputs: [Input] = []
  ) throws {
    name = manifest.name
    // The lock holds for every choice of optional arms.
    self.manifest = try CanonicalJSON.digest(of: manifest.selecting(arms: []).canonical)
    self.expectations = expectations.map { SHA256.digest(of: $0) }
    self.scorer = scorer
    self.items = items
    self.inputs = inputs
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
    var object = JSON.Object()
    object["schema"] = .string(Self.schema)
    object["name"] = .string(name)
    object["manifest_sha256"] = JSON(manifest)
    object["expectations_sha256"] = JSON(expectations?.hex)
    object["scorer"] = .string(scorer)
    object["items"] = .array(
      items.map {
        ["evaluation": .string($0.evaluation), "n": JSON($0.count), "sha256": JSON($0.digest)]
      })
    // A lock without them is byte for byte that of an older version.
    if !inputs.isEmpty {
      object["inputs"] = .array(
        inputs.map {
          ["asset": .string($0.asset), "file": .string($0.file), "sha256": JSON($0.digest)]
        })
    }
    return try CanonicalJSON.encode(.object(object)) + [UInt8(ascii: "\n")]
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
    let inputs = field["inputs"]
    self.inputs =
      inputs.isNull
      ? []
      : try inputs.elements().map {
        Input(
          asset: try $0["asset"].string(), file: try $0["file"].string(),
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
    for locked in inputs {
      let found = current.inputs.first { $0.asset == locked.asset && $0.file == locked.file }
      compare(
        "The file \(locked.file) (SHA-256)", locked.digest.hex, found?.digest.hex)
    }
    return sentences
  }
}
