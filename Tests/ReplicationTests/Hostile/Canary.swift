import Foundation
import TestSupport

/// What lies below a folder, so that any change shows: names, kinds, numbers, sizes, times and contents.
struct TreeSnapshot: Equatable {
  private let lines: [String]

  /// Looks at everything below `path`; `isExact` tells whether times and numbers of names count too.
  init(of path: String, isExact: Bool = true) {
    var lines: [String] = []
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    for name in names.sorted() + ["."] {
      var status = stat()
      guard lstat("\(path)/\(name)", &status) == 0 else { continue }
      var line = "\(name) \(status.st_mode) \(status.st_size)"
      if isExact {
        let (modified, changed) = (status.st_mtim, status.st_ctim)
        line += " \(status.st_ino) \(status.st_nlink) \(modified.tv_sec).\(modified.tv_nsec)"
        line += " \(changed.tv_sec).\(changed.tv_nsec)"
      }
      if status.st_mode & S_IFMT == S_IFREG {
        line += " \(FileManager.default.contents(atPath: "\(path)/\(name)")?.hashValue ?? 0)"
      }
      lines.append(line)
    }
    self.lines = lines
  }

  /// What is not as it was, as text.
  func differences(to other: TreeSnapshot) -> [String] {
    Set(lines).symmetricDifference(other.lines).sorted()
  }
}

/// Somebody's own files, which no command may touch.
struct CanaryHome {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in [
      "diary.txt", "photos/one.jpg", "photos/deep/er/two.jpg", "lock", "unfinished", "heartbeat",
      "events.jsonl", "record.json", "manifest.yaml", ".unfinished-1-1", ".creating-x/events.jsonl",
      "sha256/ab/file", "partial/unfinished", "0123456789abcdef/checkpoint.safetensors",
    ] { _ = try folder.write(Array("precious \(name)".utf8), to: name) }
  }

  /// Leads `place` somewhere in the home; what was there is moved into the home by `kind` `moved`.
  func lead(_ place: String, _ kind: Kind) throws {
    let manager = FileManager.default
    let parent = (place as NSString).deletingLastPathComponent
    try manager.createDirectory(atPath: parent, withIntermediateDirectories: true)
    var status = stat()
    let exists = lstat(place, &status) == 0
    var target = folder.path
    switch kind {
    case .folder: break
    case .file: target = folder.path(of: "diary.txt")
    case .dangling: target = folder.path(of: "photos/new")
    case .process: target = "/proc/self/root\(folder.path)"
    case .moved where exists:
      target = folder.path(of: "moved")
      try manager.moveItem(atPath: place, toPath: target)
    case .moved: target = folder.path(of: "photos")
    case .name:
      try? manager.removeItem(atPath: place)
      guard link(folder.path(of: "diary.txt"), place) == 0 else { throw POSIXError(.EXDEV) }
      return
    }
    try? manager.removeItem(atPath: place)
    try manager.createSymbolicLink(atPath: place, withDestinationPath: target)
  }

  /// How a name in an artifacts folder leads out of it.
  enum Kind: CaseIterable {
    /// A link to the home, to a file of it, to a file that it has not, or to it by way of the process.
    case folder, file, dangling, process
    /// A link to what was at the place before, which the home has now.
    case moved
    /// A second name of a file of the home.
    case name
  }
}
