import Foundation
import Provenance

/// What a garbage collection finds; each search is for one kind of garbage.
struct GarbageSearch {
  /// What nothing needs, in the order in which it has to be removed.
  private(set) var items: [GarbageCollection.Item] = []
  /// What in the store nothing refers to and is left all the same.
  private(set) var unreferencedCount = 0
  private(set) var unreferencedBytes = 0

  private let artifacts: String
  private let options: GarbageCollection.Options
  private let now: FileStatus.Time
  private let store: ArtifactStore
  private let records: RunStore

  init(artifacts: String, options: GarbageCollection.Options, now: FileStatus.Time) {
    self.artifacts = artifacts
    self.options = options
    self.now = now
    store = ArtifactStore(root: "\(artifacts)/store")
    records = RunStore(artifacts: artifacts)
  }

  // MARK: - What killed processes left

  /// Records that were never put in place.
  mutating func findUnfinishedRecords() throws {
    for name in try FolderNames.sorted(in: records.path)
    where name.hasPrefix(RunStore.unfinishedPrefix) {
      try add("\(records.path)/\(name)", "left by a process that was killed")
    }
  }

  /// Unfinished files of the store; downloads go on where they stopped, and count as inputs.
  mutating func findUnfinishedFiles() throws {
    for name in try FolderNames.sorted(in: store.partialFolder) where name != "lock" {
      if name.hasSuffix(ArtifactWriter.resumableSuffix) {
        if options.removesInputs {
          try add("\(store.partialFolder)/\(name)", "unfinished download")
        }
      } else {
        try add("\(store.partialFolder)/\(name)", "left by a process that was killed")
      }
    }
  }

  /// Working folders of determinism ladders.
  mutating func findLadders() throws {
    let path = "\(artifacts)/work/\(LadderSession.folderName)"
    if try FileStatus(at: path) != nil { try add(path, "left by a process that was killed") }
  }

  /// Files that were never put in place; their writing takes moments, so that an hour is beyond doubt.
  mutating func findTemporaryFiles() throws {
    for folder in [artifacts, "\(artifacts)/steps", "\(artifacts)/work"] {
      for name in try FolderNames.sorted(in: folder)
      where name.hasPrefix(AtomicFile.temporaryPrefix) {
        let path = "\(folder)/\(name)"
        if try age(of: path) > 3600 { try add(path, "left by a process that was killed") }
      }
    }
  }

  // MARK: - What no record mentions

  /// Finished steps that no record mentions, their outputs, and what else nothing refers to in the store.
  mutating func findSteps() throws {
    let mentions = try DigestMentions(records).all
    var (steps, dropped, needed) = ([String](), Set<Digest>(), mentions)
    for entry in try StepCache(artifacts: artifacts).entries() {
      let outputs = entry.result?.outputs.values.map(\.self) ?? []
      // An entry that cannot be used is not one.
      let isKept = try entry.result != nil && (mentions.contains(entry.key) || !isOld(entry.path))
      if isKept {
        needed.formUnion(outputs)
      } else {
        steps.append(entry.path)
        dropped.formUnion(outputs)
      }
    }
    var removed: Set<String> = []
    for entry in try store.entries() {
      guard let digest = entry.digest, !needed.contains(digest) else { continue }
      if dropped.contains(digest) {
        try add(entry.path, "output of a finished step that no record mentions")
      } else if options.removesInputs {
        try add(entry.path, "nothing refers to it")
      } else {
        unreferencedCount += 1
        unreferencedBytes += try DiskUsage.bytes(of: entry.path)
        continue
      }
      removed.insert(entry.path)
    }
    for folder in try store.linkedFolders(without: removed) where !folder.broken.isEmpty {
      try add(folder.path, "links to files that are gone")
    }
    // After their outputs: a kill between them leaves a step whose outputs are missing, which is simply done again.
    for path in steps { try add(path, "finished step that no record mentions or that is damaged") }
  }

  /// Kept checkpoints that no record mentions, or all if audits may do without.
  mutating func findCheckpoints() throws {
    let mentions = try DigestMentions(records)
    for entry in try CheckpointStore(artifacts: artifacts).entries() {
      guard let root = entry.root, !mentions.open.contains(root) else { continue }
      if options.removesCheckpoints {
        try add(entry.path, "kept checkpoint; audits replay from an earlier one")
      } else if !mentions.all.contains(root), try isOld(entry.path) {
        try add(entry.path, "kept checkpoint that no record mentions")
      }
    }
  }

  /// Unfinished work that no unfinished run of a record can go on with.
  mutating func findWork() throws {
    let prefixes = Set(try DigestMentions(records).open.map { $0.hex.prefix(16) })
    let folder = "\(artifacts)/work"
    for name in try FolderNames.sorted(in: folder) {
      let isWork = Digest(hex: name.prefix(16) + String(repeating: "0", count: 48)) != nil
      guard isWork, !prefixes.contains(name.prefix(16)) else { continue }
      let path = "\(folder)/\(name)"
      if try isOld(path) { try add(path, "unfinished work of no run that goes on") }
    }
  }

  /// Indexes that were set aside.
  mutating func findIndexes() throws {
    let prefix = RunIndex.path(artifacts: artifacts) + RunIndex.setAsideInfix
    for name in try FolderNames.sorted(in: artifacts) {
      let path = "\(artifacts)/\(name)"
      if path.hasPrefix(prefix), try isOld(path) { try add(path, "index that was set aside") }
    }
  }

  // MARK: - Parts

  private mutating func add(_ path: String, _ reason: String) throws {
    items.append(
      GarbageCollection.Item(
        path: String(path.dropFirst(artifacts.count + 1)), reason: reason,
        bytes: try DiskUsage.bytes(of: path)))
  }

  /// Seconds since the last change of a file, or of anything in a folder.
  private func age(of path: String) throws -> Double {
    try now.seconds(since: DiskUsage.lastChange(of: path) ?? now)
  }

  private func isOld(_ path: String) throws -> Bool {
    try age(of: path) >= Double(options.keepDays) * 86400
  }
}

/// What lies at a path, with everything below it.
enum DiskUsage {
  /// The bytes that removing it frees: files with other names elsewhere free nothing.
  static func bytes(of path: String) throws -> Int {
    var total = 0
    try visit(path) { if $0.kind == .file, $0.linkCount == 1 { total += $0.byteCount } }
    return total
  }

  /// When any of it was last written; nil if there is nothing.
  static func lastChange(of path: String) throws -> FileStatus.Time? {
    var latest: FileStatus.Time?
    try visit(path) { latest = max(latest ?? $0.modified, $0.modified) }
    return latest
  }

  private static func visit(_ path: String, _ body: (FileStatus) -> Void) throws {
    guard let status = try FileStatus(at: path) else { return }
    body(status)
    guard status.kind == .folder else { return }
    for name in try FolderNames.sorted(in: path) { try visit("\(path)/\(name)", body) }
  }
}
