import Foundation

/// Threads or memory that the system does not give this process, in one sentence.
struct ShortageError: Error, CustomStringConvertible {
  /// What is short.
  enum Kind { case start, memory }

  let kind: Kind
  let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}

/// What the system gives this process, found out while it can still say so.
///
/// Dispatch and Foundation wait for a thread that they cannot have, for ever, and an allocation of the language's own that
/// fails ends the program without a word.
enum ProcessLimits {
  /// Bytes of address space that a run of the smallest model takes besides its threads.
  private static let workingByteCount = 192 << 20
  /// Threads that no computation uses: of signals, timers, checkpoints and concurrency.
  private static let otherThreads = 6

  /// Throws ``ShortageError`` `start` if the threads and the memory that any run needs cannot be had.
  static func check() throws {
    let limit = addressSpace
    if limit != nil { limitArenas() }
    let space = limit == nil ? nil : reserve(workingByteCount)
    defer { if let space { munmap(space, workingByteCount) } }
    let count = ProcessInfo.processInfo.activeProcessorCount + otherThreads
    let started = threads(count)
    if let limit, space == nil || started < count {
      let needed = workingByteCount + count * stackByteCount
      throw ShortageError(
        .start,
        "This process may use \(limit >> 20) MiB of address space (`ulimit -v`); it needs \(needed >> 20) MiB more than what it was loaded with: raise the limit."
      )
    }
    guard started == count else {
      throw ShortageError(
        .start,
        "The system gives this process \(started) further threads; it needs \(count): raise the limit of processes (`ulimit -u`, or pids.max of the container)."
      )
    }
  }

  /// Keeps the allocator to one arena: every further one reserves 64 MiB for a thread.
  private static func limitArenas() {
    // malloc.h is in no module; M_ARENA_MAX is -8 there.
    guard let function = dlsym(nil, "mallopt") else { return }
    _ = unsafeBitCast(function, to: (@convention(c) (CInt, CInt) -> CInt).self)(-8, 1)
  }

  /// The limit of this process's address space in bytes; nil without one.
  private static var addressSpace: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return nil }
    return Int(exactly: limit.rlim_cur)
  }

  /// Address space of a thread: its stack, and a page that guards it.
  private static var stackByteCount: Int {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit)
    return Int(exactly: limit.rlim_cur) ?? 8 << 20
  }

  private static func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    let space = mmap(nil, byteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    return space == MAP_FAILED ? nil : space
  }

  /// How many of so many threads there can be at once.
  private static func threads(_ count: Int) -> Int {
    // Held while threads are started, so that they are all there at the same time.
    let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    defer { gate.deallocate() }
    pthread_mutex_init(gate, nil)
    pthread_mutex_lock(gate)
    var threads: [pthread_t] = []
    for _ in 0..<count {
      var thread = pthread_t()
      let failure = pthread_create(
        &thread, nil,
        { argument in
          let gate = argument?.assumingMemoryBound(to: pthread_mutex_t.self)
          if let gate {
            pthread_mutex_lock(gate)
            pthread_mutex_unlock(gate)
          }
          return nil
        }, gate)
      guard failure == 0 else { break }
      threads.append(thread)
    }
    pthread_mutex_unlock(gate)
    for thread in threads { pthread_join(thread, nil) }
    pthread_mutex_destroy(gate)
    return threads.count
  }
}
