package import Files
import Provenance

/// The record of a finished run, read from its sealed summary.
///
/// Reading checks the summary against itself; ``findings()`` checks everything that it vouches for.
package struct SealedRecord: Sendable {
  /// The version of the format.
  static let schema = "replicate/record/v2"

  /// The record's folder.
  package let place: ContainedPath
  /// The record's id.
  package let id: String
  /// The replication's name.
  package let name: String
  /// The digest of everything that the results depend on.
  package let identity: Digest
  /// The number of this repetition of the identity, from 1.
  package let attempt: Int
  /// When the run began and when it was sealed, in UTC.
  package let created: String
  package let sealed: String
  /// The circumstances of each process that worked on the run.
  package let sessions: [JSON]
  /// What was sealed.
  private let contents: Contents
  /// The digest of the results alone: equal for two runs that came to the same bits.
  package let resultsDigest: Digest
  /// The number of events and the head of their chain.
  package let eventCount: Int
  package let chainHead: Digest
  /// The digest of the summary's bytes, which commits to all of the above.
  package let digest: Digest

  private let evidence: RecordEvidence

  /// The path of the record's folder.
  package var path: String { place.path }
  /// The results.
  package var summary: RunSummary { contents.summary }
  /// Every file of the record except the log and the summary.
  package var files: [RecordFile] { contents.files }
  /// The checkpoints that were kept, of each arm and seed the first step first.
  package var checkpoints: [KeptCheckpoint] { contents.checkpoints }
  /// The tree over all samples.
  package var sampleTree: SampleTree { contents.samples }

  /// What a record holds besides the story of how it came about.
  struct Contents: Sendable, Equatable {
    let summary: RunSummary
    let files: [RecordFile]
    let checkpoints: [KeptCheckpoint]
    let samples: SampleTree

    /// What the last event of the log says: it commits to all of this.
    var seal: JSON {
      get throws {
        [
          "results_sha256": JSON(try CanonicalJSON.digest(of: summary.json)),
          "files_sha256": JSON(try CanonicalJSON.digest(of: .array(files.map(\.json)))),
          "checkpoints_sha256": JSON(
            try CanonicalJSON.digest(of: .array(checkpoints.map(\.json)))),
          "samples": samples.json,
        ]
      }
    }
  }

  /// Reads the record in a folder.
  ///
  /// - Throws: ``FileError`` or ``RunError`` `damaged` if the summary is missing, not canonical or contradicts itself.
  package init(at place: ContainedPath) throws {
    evidence = RecordEvidence(at: place)
    let bytes = try evidence.contents(of: RecordFile.summary)
    let file = place.appending(RecordFile.summary).path
    let value = try JSONParser.parse(bytes, source: file)
    func damaged(_ problem: String) -> RunError {
      RunError(.damaged, "\(file) \(problem); it was changed after it was sealed.")
    }
    let field = JSONField(value, source: file)
    let schema = try field["schema"].string()
    guard schema == SealedRecord.schema else {
      throw RunError(
        .damaged,
        "\(file) has the format \"\(schema)\"; this program reads \"\(SealedRecord.schema)\".")
    }
    self.place = place
    id = try field["record_id"].string()
    name = try field["name"].string()
    identity = try field["identity"].digest()
    attempt = try field["attempt"].count()
    created = try field["created"].string()
    sealed = try field["sealed"].string()
    sessions = try field["sessions"].elements().compactMap(\.value)
    contents = Contents(
      summary: try RunSummary(field["results"]),
      files: try field["files"].elements().map { try RecordFile($0) },
      checkpoints: try field["checkpoints"].elements().map { try KeptCheckpoint($0) },
      samples: try SampleTree(field["samples"]))
    resultsDigest = try field["results_sha256"].digest()
    eventCount = try field["chain"]["count"].count()
    chainHead = try field["chain"]["head"].digest()
    digest = SHA256.digest(of: bytes)
    guard try CanonicalJSON.digest(of: field["results"].value ?? .null) == resultsDigest else {
      throw damaged("has results that do not hash to its results_sha256")
    }
    guard try CanonicalJSON.encode(json) == bytes else {
      throw damaged("is not the canonical text of a sealed record")
    }
    guard id == RunID.id(identity: identity, attempt: attempt),
      id == place.name
    else { throw damaged("does not carry the id that its folder is named by") }
    let names = files.map(\.name)
    guard zip(names, names.dropFirst()).allSatisfy({ $0.utf8.lexicographicallyPrecedes($1.utf8) })
    else { throw damaged("does not list its files in order") }
  }

  /// Reads the record in a folder that somebody named, and which links may lead to.
  package init(at path: String) throws { try self.init(at: ContainedPath(root: path)) }

  /// The content of a file of the record, which no link may stand for; each is read once.
  package func contents(of name: String) throws(FileError) -> [UInt8] {
    try evidence.contents(of: name)
  }

  /// A file of the record as it is, which need not be as it was sealed.
  func file(_ name: String) throws(FileError) -> RecordFile { try evidence.file(name) }

  /// What the event log tells; it is read once.
  ///
  /// - Throws: ``FileError``, ``RunError`` `damaged`, ``ProvenanceError`` `brokenChain`.
  package func history() throws -> RunHistory { try evidence.history(id: id) }

  /// The samples in a file of the record; each is read once.
  ///
  /// - Throws: ``RunError`` `damaged`, ``FileError``.
  func samples(inFile name: String) throws -> SampleRecord { try evidence.samples(name) }

  /// The summary as JSON, whose canonical bytes are the file.
  private var json: JSON {
    get throws {
      try SealedRecord.json(
        id: id, name: name, identity: identity, attempt: attempt, created: created,
        sealed: sealed, sessions: sessions, contents, eventCount: eventCount,
        chainHead: chainHead)
    }
  }

  /// The summary of a record as JSON.
  static func json(
    id: String, name: String, identity: Digest, attempt: Int, created: String, sealed: String,
    sessions: [JSON], _ contents: Contents, eventCount: Int, chainHead: Digest
  ) throws -> JSON {
    let results = contents.summary.json
    return [
      "schema": .string(schema), "record_id": .string(id), "name": .string(name),
      "identity": JSON(identity), "attempt": JSON(attempt), "status": "completed",
      "created": .string(created), "sealed": .string(sealed), "sessions": .array(sessions),
      "results": results, "results_sha256": JSON(try CanonicalJSON.digest(of: results)),
      "files": .array(contents.files.map(\.json)),
      "checkpoints": .array(contents.checkpoints.map(\.json)),
      "samples": contents.samples.json,
      "chain": [
        "algorithm": .string(EventChain.algorithm), "count": JSON(eventCount),
        "head": JSON(chainHead),
      ],
    ]
  }

  /// Checks the log's chain and every file; each finding is a sentence that names what is wrong.
  ///
  /// - Returns: Nothing for an intact record.
  package func findings() throws -> [String] {
    var findings: [String] = []
    do {
      findings += try contradictions(in: history())
    } catch {
      findings.append("\(error)")
    }
    let names = try RecordFile.names(inRecord: place)
    let sealed = Set(files.map(\.name))
    for name in names.files + names.unfinished where !sealed.contains(name) {
      findings.append("\(path)/\(name) is not part of the sealed record.")
    }
    let storyCount = findings.count
    for file in files {
      do {
        let found = try evidence.file(file.name)
        guard found != file else { continue }
        findings.append(
          "\(path)/\(file.name) has the SHA-256 \(found.digest), but \(file.digest) was sealed.")
      } catch {
        findings.append("\(error)")
      }
    }
    // Of other files there is another tree.
    if findings.count == storyCount, try SampleTree(files, in: evidence) != sampleTree {
      findings.append("\(path)/\(RecordFile.summary) has another root over the samples.")
    }
    return findings
  }

  /// What the log says that the summary contradicts.
  private func contradictions(in history: RunHistory) throws -> [String] {
    let log = "\(path)/\(RecordFile.events)"
    var findings: [String] = []
    if history.chain.count != eventCount || history.chain.head != chainHead {
      findings.append(
        "\(log) has \(history.chain.count) events with the head \(history.chain.head), but \(eventCount) with the head \(chainHead) were sealed."
      )
    }
    let seal = try contents.seal
    var told: JSON?
    if case .sealed(let contents)? = history.events.last?.content { told = contents }
    if told != seal {
      findings.append(
        "\(log) does not end with a seal of the results, files, checkpoints and samples that \(path)/\(RecordFile.summary) holds."
      )
    }
    if history.name != name || history.identity != identity || history.created != created
      || history.last != sealed || history.sessions != sessions
    {
      findings.append(
        "\(path)/\(RecordFile.summary) tells another name, identity, time or session than the log.")
    }
    for file in files where history.files[file.name] != file {
      findings.append("\(log) does not announce \(file.name) as it was sealed.")
    }
    if !files.contains(where: {
      $0.name == RecordFile.manifest && $0.digest == history.manifestDigest
    }) {
      findings.append("\(path)/\(RecordFile.manifest) is not the manifest that the run began with.")
    }
    return findings
  }
}

extension SealedRecord: Equatable {
  /// Whether both are the same record in the same place: the digest of a summary commits to all of it.
  package static func == (a: SealedRecord, b: SealedRecord) -> Bool {
    a.place == b.place && a.digest == b.digest
  }
}
