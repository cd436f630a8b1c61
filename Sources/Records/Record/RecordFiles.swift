package import Files

/// A file of a record: its name relative to the record's folder, its size and its digest.
package struct RecordFile: Sendable, Equatable {
  /// Names with "/" between folders, like "samples/gsm8k.sft.jsonl".
  package let name: String
  /// The size in bytes.
  package let byteCount: Int
  /// The digest of the content.
  package let digest: Digest

  /// The folder of what sessions' code differed by from its commit.
  static let codeFolder = "code/"

  /// Whether the file tells of a session's code and not of what the run did.
  package var isOfCode: Bool { name.hasPrefix(Self.codeFolder) }

  /// The file as an event or a sealed record lists it.
  package var json: JSON {
    ["name": .string(name), "bytes": JSON(byteCount), "sha256": JSON(digest)]
  }

  init(name: String, byteCount: Int, digest: Digest) {
    self.name = name
    self.byteCount = byteCount
    self.digest = digest
  }

  /// Reads what ``json`` wrote; the name must be one that a record can hold.
  init(_ field: JSONField) throws {
    name = try field["name"].string()
    byteCount = try field["bytes"].count()
    digest = try field["sha256"].digest()
    try RecordFile.checkName(name)
  }

  /// Looks at the file with this name in a record's folder.
  init(name: String, inRecord folder: ContainedPath) throws {
    let (digest, byteCount) = try OpenFile.reading(folder.appending(name)).digest()
    self.init(name: name, byteCount: byteCount, digest: digest)
  }

  /// Looks at an open file that was just written, from its beginning.
  init(name: String, wholeOf file: borrowing OpenFile) throws {
    try file.rewind()
    let (digest, byteCount) = try file.digest()
    self.init(name: name, byteCount: byteCount, digest: digest)
  }
}

extension RecordFile {
  /// The event log, which the chain vouches for.
  package static let events = "events.jsonl"
  /// The sealed summary, which vouches for everything else.
  package static let summary = "record.json"
  /// The copy of the manifest.
  package static let manifest = "manifest.yaml"
  /// The copy of the documented results that the run is judged by.
  package static let expectations = "expectations.yaml"
  /// What the run was fixed to before it began.
  package static let lock = "lock.json"
  /// The sign of life of a run that is under way, which is no part of the record.
  static let heartbeat = "heartbeat"

  /// Refuses names that would leave the record's folder, hide or clash with the record's own files.
  static func checkName(_ name: String) throws(RunError) {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && part.count <= 200 && part.first != UInt8(ascii: ".")
        && part.allSatisfy { 0x21..<0x7F ~= $0 && $0 != UInt8(ascii: "\\") }
    }
    guard isPlain, parts.count <= 8, ![events, summary, heartbeat].contains(name) else {
      throw RunError(
        .invalidName,
        "A record cannot hold a file named \"\(name)\": names are visible ASCII without \"\\\" and without parts that begin with a dot."
      )
    }
  }

  /// The names of all files in a record's folder except its log and its summary, sorted by their bytes.
  ///
  /// - Throws: ``RunError`` `damaged` for anything that is neither a folder nor a regular file.
  static func names(inRecord folder: ContainedPath) throws -> (
    files: [String], unfinished: [String]
  ) {
    var files: [String] = []
    var unfinished: [String] = []
    func visit(_ prefix: String, _ place: ContainedPath, depth: Int) throws {
      func refused(_ path: String) -> RunError {
        RunError(.damaged, "\(path) is neither a folder nor a regular file; remove it.")
      }
      guard depth < ContainedPath.deepest else { throw refused(place.path) }
      for entry in try place.allNames() {
        guard let entry else {
          throw RunError(
            .damaged, "\(place) holds a file whose name is not UTF-8; no record does: remove it.")
        }
        let name = prefix.isEmpty ? entry : "\(prefix)/\(entry)"
        let inner = place.appending(entry)
        switch try FileStatus(at: inner)?.kind {
        case .folder: try visit(name, inner, depth: depth + 1)
        case .file where entry.hasPrefix(AtomicFile.temporaryPrefix): unfinished.append(name)
        case .file: files.append(name)
        // A file that somebody removed meanwhile.
        case nil: break
        case .link, .other: throw refused(inner.path)
        }
      }
    }
    try visit("", folder, depth: 0)
    files.removeAll { $0 == events || $0 == summary }
    return (files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, unfinished)
  }
}

// MARK: - Samples

extension RecordFile {
  static let samplesFolder = "samples/"
  static let samplesEnding = ".jsonl"

  /// Name of the file with the samples of an evaluation of an arm.
  package static func samples(evaluation: String, arm: String, seed: UInt64?) -> String {
    "\(samplesFolder)\(evaluation).\(arm)\(seed.map { ".\($0)" } ?? "")\(samplesEnding)"
  }

  /// Whether a file of this name holds samples.
  package static func isOfSamples(_ name: String) -> Bool {
    name.hasPrefix(samplesFolder) && name.hasSuffix(samplesEnding)
  }
}
