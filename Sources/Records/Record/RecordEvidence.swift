import Files
import Synchronization

/// What a sealed record's folder holds, opened, read and parsed once: whoever judges the record judges the same bytes,
/// whatever happens to the files meanwhile.
final class RecordEvidence: Sendable {
  private struct Known {
    var contents: [String: Result<[UInt8], FileError>] = [:]
    var digests: [String: Digest] = [:]
    var history: Result<RunHistory, any Error>?
    var samples: [String: Result<SampleRecord, any Error>] = [:]
  }

  private let place: ContainedPath
  private let known = Mutex(Known())

  /// The evidence in the folder of a record, of which nothing is read yet.
  init(at place: ContainedPath) { self.place = place }

  /// The content of a file, which no link may stand for.
  func contents(of name: String) throws(FileError) -> [UInt8] {
    if let known = known.withLock({ $0.contents[name] }) { return try known.get() }
    let read = Result { () throws(FileError) in
      try OpenFile.contents(of: place.appending(name))
    }
    known.withLock { $0.contents[name] = read }
    return try read.get()
  }

  /// A file as a record lists it.
  func file(_ name: String) throws(FileError) -> RecordFile {
    let bytes = try contents(of: name)
    let digest = known.withLock { $0.digests[name] } ?? SHA256.digest(of: bytes)
    known.withLock { $0.digests[name] = digest }
    return RecordFile(name: name, byteCount: bytes.count, digest: digest)
  }

  /// What the event log tells.
  ///
  /// - Throws: ``FileError``, ``RunError`` `damaged`, ``ProvenanceError`` `brokenChain`.
  func history(id: String) throws -> RunHistory {
    if let known = known.withLock({ $0.history }) { return try known.get() }
    let read = Result {
      try RunHistory(log: contents(of: RecordFile.events), recordAt: place, id: id)
    }
    known.withLock { $0.history = read }
    return try read.get()
  }

  /// The samples in a file.
  ///
  /// - Throws: ``RunError`` `damaged`, ``FileError``.
  func samples(_ name: String) throws -> SampleRecord {
    if let known = known.withLock({ $0.samples[name] }) { return try known.get() }
    let read = Result {
      try SampleRecord(contents(of: name), name: name, source: place.appending(name).path)
    }
    known.withLock { $0.samples[name] = read }
    return try read.get()
  }
}
