import Assets
import Files

/// What a garbage collection finds; each search is for one kind of garbage.
struct GarbageSearch {
  /// What nothing needs, in the order in which it has to be removed.
  private(set) var items: [GarbageCollection.Item] = []
  /// What in the store nothing refers to and is left all the same.
  private(set) var unreferencedCount = 0
  private(set) var unreferencedBytes = 0

  private let artifacts: ArtifactsFolder
  private let options: GarbageCollection.Options
  private let now: FileStatus.Time
  private let store: ArtifactStore
  private let records: RunStore

  init(artifacts: ArtifactsFolder, options: GarbageCollection.Options, now: FileStatus.Time) {
    self.artifacts = artifacts
    self.options = options
    self.now = now
    store = ArtifactStore(artifacts)
    records = RunStore(artifacts: artifacts.place.path)
  }

  // MARK: - What killed processes left

  /// Records that were never put in place.
  mutating func findUnfinishedRecords() throws {
    for name in try records.folder.names() where name.hasPrefix(RunStore.unfinishedPrefix) {
      try add(records.place(of: name), "left by a process that was killed")
    }
  }

  /// Unfinished files of the store; downloads go on where they stopped, and count as inputs.
  mutating func findUnfinishedFiles() throws {
    for name in try store.partialFolder.names() where name != "lock" {
      if name.hasSuffix(ArtifactWriter.resumableSuffix) {
        if options.removesInputs {
          try add(store.partialFolder.appending(name), "unfinished download")
        }
      } else {
        try add(store.partialFolder.appending(name), "left by a process that was killed")
      }
    }
  }

  /// Working folders of determinism ladders.
  mutating func findLadders() throws {
    let place = artifacts.verifications
    if try FileStatus(at: place) != nil { try add(place, "left by a process that was killed") }
  }

  /// Files that were never put in place; their writing takes moments, so that an hour is beyond doubt.
  mutating func findTemporaryFiles() throws {
    for folder in [artifacts.place, artifacts.steps, artifacts.work] {
      for name in try folder.names() where name.hasPrefix(AtomicFile.temporaryPrefix) {
        let place = folder.appending(name)
        if try age(of: place) > 3600 { try add(place, "left by a process that was killed") }
      }
    }
  }

  // MARK: - What no record mentions

  /// Finished steps that no record mentions, their outputs, and what else nothing refers to in the store.
  mutating func findSteps() throws {
    let mentions = try DigestMentions(records).all
    var (steps, dropped, needed) = ([ContainedPath](), Set<Digest>(), mentions)
    for entry in try StepCache(artifacts: artifacts.place.path).entries() {
      let outputs = entry.result?.outputs.values.map(\.self) ?? []
      // An entry that cannot be used is not one.
      let isKept = try entry.result != nil && (mentions.contains(entry.key) || !isOld(entry.place))
      if isKept {
        needed.formUnion(outputs)
      } else {
        steps.append(entry.place)
        dropped.formUnion(outputs)
      }
    }
    var removed: Set<String> = []
    for entry in try store.entries() {
      guard let digest = entry.digest, !needed.contains(digest) else { continue }
      if dropped.contains(digest) {
        try add(entry.place, "output of a finished step that no record mentions")
      } else if options.removesInputs {
        try add(entry.place, "nothing refers to it")
      } else {
        unreferencedCount += 1
        unreferencedBytes += try DiskUsage.bytes(of: entry.place)
        continue
      }
      removed.insert(entry.place.path)
    }
    for folder in try store.linkedFolders(without: removed) where !folder.broken.isEmpty {
      try add(folder.place, "links to files that are gone")
    }
    // After their outputs: a kill between them leaves a step whose outputs are missing, which is simply done again.
    for place in steps {
      try add(place, "finished step that no record mentions or that is damaged")
    }
  }

  /// Kept checkpoints that no record mentions, or all if audits may do without.
  mutating func findCheckpoints() throws {
    let mentions = try DigestMentions(records)
    for entry in try CheckpointStore(artifacts: artifacts.place.path).entries() {
      guard let root = entry.root, !mentions.open.contains(root) else { continue }
      if options.removesCheckpoints {
        try add(entry.place, "kept checkpoint; audits replay from an earlier one")
      } else if !mentions.all.contains(root), try isOld(entry.place) {
        try add(entry.place, "kept checkpoint that no record mentions")
      }
    }
  }

  /// Unfinished work that no unfinished run of a record can go on with.
  mutating func findWork() throws {
    let prefixes = Set(try DigestMentions(records).open.map { $0.hex.prefix(16) })
    let folder = artifacts.work
    for name in try folder.names() {
      let isWork = Digest(hex: name.prefix(16) + String(repeating: "0", count: 48)) != nil
      guard isWork, !prefixes.contains(name.prefix(16)) else { continue }
      let place = folder.appending(name)
      if try isOld(place) { try add(place, "unfinished work of no run that goes on") }
    }
  }

  /// Indexes that were set aside.
  mutating func findIndexes() throws {
    let prefix = artifacts.index.name + RunIndex.setAsideInfix
    for name in try artifacts.place.names() where name.hasPrefix(prefix) {
      let place = artifacts.place.appending(name)
      if try isOld(place) { try add(place, "index that was set aside") }
    }
  }

  // MARK: - Parts

  private mutating func add(_ place: ContainedPath, _ reason: String) throws {
    items.append(
      GarbageCollection.Item(
        path: place.components.joined(separator: "/"), reason: reason,
        bytes: try DiskUsage.bytes(of: place)))
  }

  /// Seconds since the last change of a file, or of anything in a folder.
  private func age(of place: ContainedPath) throws -> Double {
    try now.seconds(since: DiskUsage.lastChange(of: place) ?? now)
  }

  private func isOld(_ place: ContainedPath) throws -> Bool {
    try age(of: place) >= Double(options.keepDays) * 86400
  }
}
