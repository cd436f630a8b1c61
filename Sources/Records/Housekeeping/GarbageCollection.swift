import Assets
package import Files

/// Removes from an artifacts folder what nothing needs any more.
///
/// **Never removed:** records; every file of the store that a record mentions (``DigestMentions``); finished steps that a
/// record mentions, and younger ones, with their outputs; unfinished work of runs that are not sealed. **Removed:**
///
/// - at once, what killed processes left and nothing goes on with;
/// - after ``Options/keepDays``, finished steps that no record mentions (any more) with their outputs, unfinished work of
///   runs without a record, and indexes that were set aside;
/// - only on demand, files of the store that nothing refers to, nearly all of them downloads, and kept checkpoints, which
///   the record goes on vouching for and audits can do without.
///
/// While a run or an evaluation is under way, which shows by locks, only the first are removed.
package struct GarbageCollection: Sendable {
  /// What is removed, besides what is always.
  package struct Options: Sendable {
    /// Days for which finished and unfinished work is kept that no record mentions.
    package var keepDays = 30
    /// Whether downloads are removed that nothing refers to.
    package var removesInputs = false
    /// Whether kept checkpoints of sealed records are removed.
    package var removesCheckpoints = false
    /// Whether to tell only.
    package var isDryRun = false

    /// The usual options.
    package init() {}
  }

  /// Something that is or would be removed.
  package struct Item: Sendable, Equatable {
    /// The path relative to the artifacts folder.
    package let path: String
    /// Why nothing needs it, as a phrase.
    package let reason: String
    /// The bytes that its removal frees.
    package let bytes: Int
  }

  /// What came of it.
  package struct Outcome: Sendable, Equatable {
    /// What was or would be removed, in this order.
    package let items: [Item]
    /// Whether nothing was removed.
    package let isDryRun: Bool
    /// What was left although it may be garbage, in sentences.
    package let notes: [String]

    /// The bytes that were or would be freed.
    package var bytes: Int { items.reduce(0) { $0 + $1.bytes } }
  }

  private let artifacts: ArtifactsFolder
  private let options: Options

  /// Prepares a collection; nothing is looked at yet.
  package init(artifacts: String, options: Options = Options()) {
    self.artifacts = ArtifactsFolder(artifacts)
    self.options = options
  }

  /// Finds what nothing needs and, unless it is a dry run, removes it.
  ///
  /// - Throws: ``FileError`` or a system error when something can be neither read nor removed; what was removed by
  ///   then was not needed, and the same command goes on.
  package func run(now: FileStatus.Time = .now()) throws -> Outcome {
    guard try FileStatus(at: artifacts.place) != nil else {
      return Outcome(items: [], isDryRun: options.isDryRun, notes: [])
    }
    let locks = try HousekeepingLocks(artifacts: artifacts, isDryRun: options.isDryRun)
    defer { withExtendedLifetime(locks) {} }
    var search = GarbageSearch(artifacts: artifacts, options: options, now: now)
    if locks.areRecordsQuiet { try search.findUnfinishedRecords() }
    if locks.isWriterQuiet { try search.findUnfinishedFiles() }
    if locks.isLadderQuiet { try search.findLadders() }
    try search.findTemporaryFiles()
    var notes: [String] = []
    if locks.isStoreQuiet {
      try search.findSteps()
      try search.findCheckpoints()
      try search.findWork()
      try search.findIndexes()
    } else {
      notes.append(
        "A run or an evaluation is under way: finished steps, unfinished work and the store were left; give the command again when it ends."
      )
    }
    if search.unreferencedCount > 0 {
      notes.append(
        "\(English.count(search.unreferencedCount, "file")) of the store (\(Sizes.text(search.unreferencedBytes))) that nothing refers to, most likely downloads, were left; --inputs removes them."
      )
    }
    notes += try damageNotes()
    if !options.isDryRun {
      for item in search.items {
        // Somebody else may have removed it.
        try artifacts.place.appending(item.path).remove()
      }
    }
    return Outcome(items: search.items, isDryRun: options.isDryRun, notes: notes)
  }

  /// What was found damaged and set aside, which only a person may remove.
  private func damageNotes() throws -> [String] {
    let folder = ArtifactStore(artifacts).damagedFolder
    return try folder.names().map { name in
      "\(folder.appending(name)) was found damaged and is left; look at it, and remove it yourself."
    }
  }
}
