import Files
import Glibc
import LanguageModels

/// What this machine has left.
package struct MachineRoom: Sendable, Equatable {
  /// Bytes that may be written where the artifacts are; nil if the system does not tell.
  package var freeDisk: Int?
  /// Bytes of memory that programs can still take, as Linux estimates it; nil if it does not tell.
  package var availableMemory: Int?

  /// Whether weights that take so many bytes are held whole while a model is evaluated, or a layer at a time.
  ///
  /// Whole where they leave a quarter of the available memory for everything else. No result depends on it.
  func holdsWhole(_ weights: InferenceWeightSizes) -> Bool {
    availableMemory.map { weights.whole <= 0.75 * Double($0) } ?? true
  }

  /// What is known beforehand.
  package init(freeDisk: Int?, availableMemory: Int?) {
    (self.freeDisk, self.availableMemory) = (freeDisk, availableMemory)
  }

  /// Looks at the file system of a folder, which need not exist yet, and at /proc/meminfo.
  package init(folder: String) {
    var path = ContainedPath.absolute(folder)
    var system = statvfs()
    while statvfs(path, &system) != 0, let slash = path.lastIndex(of: "/"), path != "/" {
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
    let (bytes, tooMany) = UInt64(system.f_bavail)
      .multipliedReportingOverflow(by: UInt64(system.f_frsize))
    freeDisk = tooMany || system.f_frsize == 0 ? nil : Int(clamping: bytes)
    availableMemory = Self.availableMemory()
  }

  /// Looks at memory alone.
  init() { self.init(freeDisk: nil, availableMemory: Self.availableMemory()) }

  private static func availableMemory() -> Int? {
    (try? OpenFile.contents(of: "/proc/meminfo")).flatMap {
      availableMemory(String(decoding: $0, as: UTF8.self))
    }
  }

  /// Reads /proc/meminfo, whose sizes are in units of 1024 bytes.
  static func availableMemory(_ text: String) -> Int? {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.first == "MemAvailable:", words.count == 3, let count = Int(words[1]),
        words[2] == "kB", count >= 0
      else { continue }
      let (bytes, tooMany) = count.multipliedReportingOverflow(by: 1024)
      return tooMany ? nil : bytes
    }
    return nil
  }
}
