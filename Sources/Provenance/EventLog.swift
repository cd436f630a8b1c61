package import Files
import Glibc
import Synchronization

/// An append-only log of events, one canonical JSON object a line, hash-chained over the exact bytes.
///
/// One owner at a time: the log is locked between processes while this object lives. Appends from several threads are
/// put one after the other.
package final class EventLog: Sendable {
  private struct State {
    var chain: EventChain
    var length: Int
    /// The time of the last event that this object appended.
    var time = ""
  }

  private let file: OpenFile
  private let state: Mutex<State>

  /// The type of the event that tells of a line that a kill or a full disk had cut off.
  package static let truncatedLineType = "truncated-line-removed"

  /// Creates an empty log; a file that exists is refused.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - finalPath: What errors call the file, if it will be renamed.
  ///   - recordID: The record that the chain belongs to.
  /// - Throws: ``FileError`` `unwritable`.
  package init(creating path: ContainedPath, knownAs finalPath: String? = nil, recordID: String)
    throws(FileError)
  {
    var file = try OpenFile(path, flags: O_RDWR | O_APPEND | O_CREAT | O_EXCL)
    if let finalPath { file.path = finalPath }
    try file.lock(waitingSeconds: 0)
    try path.parent.synchronizeFolder()
    self.file = file
    state = Mutex(State(chain: EventChain(recordID: recordID), length: 0))
  }

  /// Opens an existing log to append to it, after checking its whole chain.
  ///
  /// An unfinished last line, which a kill leaves, is cut off, and an event says so.
  ///
  /// - Throws: ``FileError`` `locked` if another process appends to it, ``ProvenanceError`` `brokenChain` with the first
  ///   line that is wrong.
  package init(opening path: ContainedPath, recordID: String) throws {
    let file = try OpenFile(path, flags: O_RDWR | O_APPEND)
    try file.lock(waitingSeconds: 0)
    let bytes = try file.contents()
    let content = try EventLog.check(bytes, recordID: recordID, path: path.path)
    let whole = bytes.count - content.truncatedByteCount
    if content.truncatedByteCount > 0 { try file.truncate(to: whole) }
    self.file = file
    state = Mutex(State(chain: content.chain, length: whole))
    guard content.truncatedByteCount > 0 else { return }
    try append(
      type: EventLog.truncatedLineType,
      [
        "bytes": JSON(content.truncatedByteCount),
        "sha256": JSON(SHA256.digest(of: Array(bytes[whole...]))),
      ],
      isDurable: true)
  }

  /// The chain at this moment.
  package var chain: EventChain { state.withLock { $0.chain } }

  /// Appends an event.
  ///
  /// - Parameters:
  ///   - type: What kind of event it is.
  ///   - data: What it says.
  ///   - isDurable: Whether to return only when this event, and all before it, are on the storage device.
  /// - Throws: ``FileError``, ``ProvenanceError`` `brokenChain`; the log is then as it was before.
  package func append(type: String, _ data: JSON, isDurable: Bool = false) throws {
    try state.withLock { state in
      guard try file.byteCount() == state.length else {
        throw ProvenanceError(
          .brokenChain,
          "\(file.path) was changed by somebody else while this run was writing it.")
      }
      // A clock that is set back while a process works does not take its events back.
      let time = max(Timestamp.now(), state.time)
      let event = Event(index: state.chain.count, time: time, type: type, data: data)
      let line = try event.line(previous: state.chain.head)
      do {
        try file.write(line)
      } catch {
        // A full disk may have taken half of the line. What cannot be cut off now is cut off when the log is reopened.
        try? file.truncate(to: state.length)
        throw error
      }
      state.length += line.count
      state.time = time
      line.withUnsafeBytes { state.chain.append($0) }
      if isDurable { try file.synchronize() }
    }
  }
}

// MARK: - Reading

extension EventLog {
  /// What a log holds: its events, its chain, and how much of an unfinished last line there is.
  package struct Content: Sendable {
    /// The events of all whole lines.
    package let events: [Event]
    /// The chain over all whole lines.
    package let chain: EventChain
    /// The bytes after the last line feed: 0 unless writing was interrupted.
    package let truncatedByteCount: Int
  }

  /// Reads a log and checks its chain, without locking or changing anything.
  ///
  /// - Throws: ``ProvenanceError`` `brokenChain` with the first line that is wrong.
  package static func read(_ path: ContainedPath, recordID: String) throws -> Content {
    try check(try OpenFile.contents(of: path), recordID: recordID, path: path.path)
  }

  /// Checks the bytes of a log, which errors call `path`.
  ///
  /// - Throws: ``ProvenanceError`` `brokenChain`.
  package static func check(_ bytes: [UInt8], recordID: String, path: String)
    throws(ProvenanceError) -> Content
  {
    var chain = EventChain(recordID: recordID)
    var events: [Event] = []
    let rest = try bytes.withUnsafeBufferPointer { buffer throws(ProvenanceError) in
      var start = 0
      while let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = UnsafeBufferPointer(rebasing: buffer[start..<end])
        events.append(try Event.read(line, continuing: chain, path: path))
        chain.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[start...end]))
        start = end + 1
      }
      return buffer.count - start
    }
    return Content(events: events, chain: chain, truncatedByteCount: rest)
  }
}
