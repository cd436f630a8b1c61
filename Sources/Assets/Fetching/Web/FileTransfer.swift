import Files
import Foundation
import Synchronization

/// Brings the bytes of a file, or of a part of it, into a file that grows at its end, over as many connections in a row
/// as that takes.
struct FileTransfer: Sendable {
  /// What to ask with.
  let client: WebClient
  /// Where the file is.
  let address: AssetAddress
  /// Who asks.
  var token: HubToken?
  /// The bytes that are wanted; nil for a whole file of unknown size.
  var wanted: Range<Int>?
  /// Whether the wanted bytes are a part of the file only, so that no server may send all of it.
  var isPart = false
  /// Takes the head of the first answer of each attempt, before anything is kept.
  var inspect: @Sendable (HTTPHead) throws -> Void = { _ in }
  /// Takes the number of bytes that came, or, negative, were dropped.
  var count: @Sendable (Int) -> Void = { _ in }
  /// Takes the number of an attempt that follows a failure, and the reason.
  var retrying: @Sendable (Int, String) -> Void = { _, _ in }

  /// Asks until the file at `path` is complete; it is continued if it is there.
  ///
  /// - Throws: ``WebFailure`` for what no attempt changes, and the last one; ``OtherSize`` if the server has another
  ///   file; what `inspect` throws.
  func complete(_ path: ContainedPath) async throws {
    var attempts = WebAttempts()
    // Empty files are files, too.
    _ = try PartialFile(path: path)
    while try wanted == nil || Self.size(of: path) < (wanted?.count ?? 0) {
      let before = try Self.size(of: path)
      do {
        try await attempt(path, from: before)
        guard let wanted else { return }
        // An answer that ends too early in good order is one that was cut.
        guard try Self.size(of: path) == wanted.count else {
          throw WebFailure("the server sent too little", isFinal: false)
        }
      } catch let failure as WebFailure {
        if before > 0, failure.needsRestart {
          if isPart { throw failure }
          count(-(try Self.size(of: path)))
          try Self.remove(path)
        }
        let pause = try attempts.pause(
          after: failure, hasProgressed: try Self.size(of: path) > before)
        retrying(attempts.count, failure.reason)
        try await client.wait(pause)
      }
    }
  }

  /// Appends what one request delivers to the file at `path`, which has `offset` bytes.
  private func attempt(_ path: ContainedPath, from offset: Int) async throws {
    let file = try PartialFile(path: path)
    var size = offset
    let first = (wanted?.lowerBound ?? 0) + offset
    let last = isPart ? wanted.map { $0.upperBound - 1 } : nil
    let bytes = first > 0 || isPart ? CurlRequest.Bytes(first: first, last: last) : nil
    do {
      try await client.get(address, token: token, bytes: bytes, inspect: inspect) { head in
        try check(head, asked: bytes)
      } body: { piece in
        size += piece.count
        if let wanted, size > wanted.count { throw OtherSize(found: nil) }
        try file.append(piece)
        count(piece.count)
      }
    } catch let failure as WebFailure where failure.status == 416 && offset > 0 {
      // There is nothing after what is here.
      throw WebFailure(
        failure.reason, head: failure.head, isFinal: false, needsRestart: true)
    } catch let error as OtherSize {
      try Self.remove(path)
      throw error
    }
  }

  /// A server whose file has another size than the expected one; nothing of it was kept.
  struct OtherSize: Error {
    /// The size that it announced; nil if it simply sent more.
    let found: Int?
  }

  /// Refuses an answer with other bytes than those that were asked for.
  private func check(_ head: HTTPHead, asked bytes: CurlRequest.Bytes?) throws {
    if let encoding = head.encoding {
      throw WebFailure(
        "the server sends the file compressed (\(encoding.prefix(20)))", isFinal: true)
    }
    guard let bytes else {
      guard head.status != 206 else {
        throw WebFailure("the server sends a part of the file", isFinal: true)
      }
      if let wanted, let length = head.contentLength, length != wanted.count {
        throw OtherSize(found: length)
      }
      return
    }
    guard head.status == 206, let range = head.contentRange, range.first == bytes.first else {
      throw WebFailure(
        "the server cannot continue a file", head: head, isFinal: isPart, needsRestart: true)
    }
  }

  // MARK: - Files

  /// Bytes of the file at `path`; 0 if there is none.
  static func size(of path: ContainedPath) throws -> Int {
    try AssetError.wrapping(.file) { try FileStatus(at: path) }?.byteCount ?? 0
  }

  static func remove(_ path: ContainedPath) throws {
    try AssetError.wrapping(.file) { try path.remove() }
  }
}

/// A download that grows at its end.
final class PartialFile {
  private let file: OpenFile

  init(path: ContainedPath) throws {
    file = try AssetError.wrapping(.file) {
      try OpenFile(path, flags: O_WRONLY | O_CREAT | O_APPEND)
    }
  }

  func append(_ piece: UnsafeRawBufferPointer) throws {
    try AssetError.wrapping(.file) { try file.write(piece) }
  }
}

/// Counts the bytes of a download, over all its connections, and tells of them now and then.
final class DownloadProgress: Sendable {
  /// Progress is told after so many bytes.
  private static let step = 1 << 20

  private let item: String
  private let totalBytes: Int?
  private let report: @Sendable (AssetEvent) -> Void
  private let state: Mutex<(bytes: Int, told: Int)>

  /// Progress of an item that `bytes` bytes are here of already.
  init(
    _ item: String, bytes: Int, totalBytes: Int?, report: @escaping @Sendable (AssetEvent) -> Void
  ) {
    self.item = item
    self.totalBytes = totalBytes
    self.report = report
    state = Mutex((bytes, bytes))
  }

  /// Adds bytes that came, or takes away dropped ones.
  func add(_ count: Int) {
    let bytes: Int? = state.withLock { state in
      state.bytes += count
      guard abs(state.bytes - state.told) >= Self.step else { return nil }
      state.told = state.bytes
      return state.bytes
    }
    if let bytes { report(.progress(item: item, bytes: bytes, totalBytes: totalBytes)) }
  }

  /// Tells what is there now.
  func tell() {
    let bytes = state.withLock { state in
      state.told = state.bytes
      return state.bytes
    }
    report(.progress(item: item, bytes: bytes, totalBytes: totalBytes))
  }
}
