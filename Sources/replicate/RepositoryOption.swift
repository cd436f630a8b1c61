import ArgumentParser
import Foundation
import Records
import Replication
import Reports

/// Where the user's git repository is looked up.
struct RepositoryOption: ParsableArguments {
  @Option(
    help: "Folder in the git repository that keeps the anchors (default: the current folder).",
    completion: .directory)
  var repository: String?

  /// The folder.
  var folder: String { repository ?? FileManager.default.currentDirectoryPath }

  /// Anchors a record, or says why that was not done.
  func anchor(_ record: SealedRecord, artifacts: String) async {
    let note = await RecordAnchor.note(anchoring: record, in: folder, artifacts: artifacts)
    if let note { Console.error("\(note)") }
  }
}
