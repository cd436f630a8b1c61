internal import Glibc
internal import Synchronization

/// The end of a process that cannot have the memory that it needs.
///
/// Nothing can be computed from there on. The process ends as one that is killed, whose work the next one goes on with, but
/// says why.
package enum MemoryShortage {
  private static let ending = Mutex<(@Sendable (_ sentence: String) -> Never)?>(nil)

  /// Address space that stays free for what cannot say that it lacks some: threads, and memory of the language's own.
  private static let room = 96 << 20

  /// Whether enough of a limited address space is free besides what was just taken.
  static func leavesRoom() -> Bool {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
      Int(exactly: limit.rlim_cur) != nil
    else { return true }
    let pages = mmap(nil, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let pages, pages != MAP_FAILED else { return false }
    return munmap(pages, room) == 0
  }

  /// Sets how the process ends; what is given gets a sentence for a person.
  package static func end(with body: @escaping @Sendable (_ sentence: String) -> Never) {
    ending.withLock { $0 = body }
  }

  /// Ends the process for want of a block of so many bytes.
  static func end(byteCount: Int) -> Never {
    let sentence =
      "Another \(byteCount.megabytes) of memory are needed and cannot be had: allow this process more (`ulimit -v`), or end others; the same command goes on where this one stopped."
    // Called without the lock: it may take long.
    if let body = ending.withLock({ $0 }) { body(sentence) }
    fatalError(sentence)
  }
}

extension Int {
  /// A number of bytes in whole megabytes, rounded up.
  fileprivate var megabytes: String { "\(Swift.max(1, (self + 999_999) / 1_000_000)) MB" }
}
