package import Files

/// The hash chain over the lines of an event log.
///
/// With record id r and lines l1, l2, ... (exact bytes, the line feed at the end included):
///
///     h0 = SHA256("replicate/chain/v1" || 0x00 || r)
///     hi = SHA256(h(i-1) || length of li as 8 big-endian bytes || li)
///
/// A head commits to every byte before it, to the order and to the record. It does not stop somebody from writing the
/// whole log anew; only a head that was published elsewhere does.
package struct EventChain: Sendable, Equatable {
  /// What names this construction, and begins the bytes that h0 hashes.
  package static let algorithm = "replicate/chain/v1"

  /// The hash of everything so far.
  package private(set) var head: Digest
  /// The number of lines so far.
  package private(set) var count = 0

  /// The chain of a record without events.
  package init(recordID: String) {
    var hash = SHA256()
    hash.update(EventChain.algorithm)
    hash.update([0])
    hash.update(recordID)
    head = hash.finalize()
  }

  /// Appends a line: its bytes with the line feed.
  package mutating func append(_ line: UnsafeRawBufferPointer) {
    let length = UInt64(line.count)
    var hash = SHA256()
    hash.update(head.bytes)
    hash.update((0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(56 - 8 * $0)) })
    hash.update(line)
    head = hash.finalize()
    count += 1
  }
}
