import Foundation
import Testing

@testable import Tensors

@Suite("Memory that cannot be had") struct MemoryShortageTests {
  @Test("ends the process as it was told to, with the size in a sentence")
  func ending() async {
    await #expect(processExitsWith: .exitCode(5)) {
      MemoryShortage.end { sentence in
        exit(sentence.hasPrefix("Another 70368745 MB of memory are needed") ? 5 : 6)
      }
      // 64 TiB.
      _ = FloatBuffer(count: 1 << 44)
    }
  }

  @Test("is seen before nothing is left for threads, where the address space is limited")
  func room() async {
    await #expect(processExitsWith: .exitCode(5)) {
      MemoryShortage.end { _ in exit(5) }
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
      let pages =
        Int(
          (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
            .split(separator: " ").first ?? "") ?? 0
      // A block of 32 MiB fits, and what has to stay free does not.
      limit.rlim_cur = rlim_t(pages * sysconf(Int32(_SC_PAGESIZE)) + (64 << 20))
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
      _ = FloatBuffer(count: 8 << 20)
      exit(6)
    }
  }
}
