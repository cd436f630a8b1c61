import Foundation
package import Provenance

/// Moves anchors between the repository around the artifacts folder and another one, through the user's own `git`.
///
/// Each store has a chain of its own: `refs/replicate/latest` says what was anchored here and in which order, and is
/// neither sent nor taken. Anchors that are taken over keep the parents that they have in the store they are from. So
/// two machines that both anchor have two chains that anybody can follow from their records, and none is rewritten to
/// fit the other.
///
/// Nothing is ever forced: of a record that has an anchor with other files on the other side, both keep their own, and
/// it is reported. The same files anchored on both sides are the same evidence, whichever commits hold them.
package struct AnchorExchange: Sendable {
  /// Which way anchors go.
  package enum Direction: String, Sendable {
    /// To the remote.
    case push
    /// From the remote.
    case pull
  }

  /// What an exchange came to.
  package struct Outcome: Sendable, Equatable {
    /// Which way anchors went.
    package let direction: Direction
    /// The remote as it was named.
    package let remote: String
    /// The records whose anchors were moved, sorted.
    package var moved: [String] = []
    /// The records whose anchors were on the other side already, sorted.
    package var present: [String] = []
    /// What differs in the records that have another anchor on the other side, sorted by record: `anchored` there,
    /// `found` here.
    package var conflicts: [(id: String, differences: [GitAnchor.Difference])] = []

    package static func == (left: Outcome, right: Outcome) -> Bool {
      left.direction == right.direction && left.remote == right.remote
        && left.moved == right.moved && left.present == right.present
        && left.conflicts.elementsEqual(right.conflicts) {
          $0.id == $1.id && $0.differences == $1.differences
        }
    }
  }

  private let folder: String
  private let remote: String

  /// Prepares an exchange; nothing is read yet.
  ///
  /// - Parameters:
  ///   - remote: The name of a remote, a URL, or the path of a repository.
  ///   - artifacts: A folder in the repository that keeps the anchors; it need not exist yet.
  package init(with remote: String, artifacts: String) {
    // git works in the top folder of the working tree, a path is meant from here.
    let isPath = remote.contains("/") && FileManager.default.fileExists(atPath: remote)
    self.remote = isPath ? URL(fileURLWithPath: remote).standardizedFileURL.path : remote
    // Before the first run there is no artifacts folder, but a repository to take anchors into.
    var folder = URL(fileURLWithPath: artifacts).standardizedFileURL
    while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path) {
      folder.deleteLastPathComponent()
    }
    self.folder = folder.path
  }

  /// Sends the anchors that the remote does not have.
  ///
  /// - Throws: ``ProvenanceError`` `noRepository`, `repository`; ``AnchorError`` `transport`, `damaged`.
  package func push() async throws -> Outcome {
    let (here, there) = (try anchors(), try await remoteAnchors())
    var outcome = Outcome(direction: .push, remote: remote)
    outcome.moved = here.keys.filter { there[$0] == nil }.sorted()
    try await compare(here, there, &outcome)
    if !outcome.moved.isEmpty {
      let references = outcome.moved.map(GitAnchor.reference(of:))
      // Not forced and in one piece: if the remote gets one of them meanwhile, git refuses.
      _ = try await git(
        [
          "push", "--quiet", "--atomic", "--no-follow-tags", "--recurse-submodules=no",
        ],
        references.map { "\($0):\($0)" })
    }
    return outcome
  }

  /// Takes the anchors that are not here.
  ///
  /// - Throws: ``ProvenanceError`` `noRepository`, `repository`; ``AnchorError`` `transport`, `damaged`.
  package func pull() async throws -> Outcome {
    let (here, there) = (try anchors(), try await remoteAnchors())
    var outcome = Outcome(direction: .pull, remote: remote)
    let missing = there.keys.filter { here[$0] == nil }.sorted()
    try await fetch(missing)
    try await compare(here, there, &outcome)
    let store = try AnchorStore(containing: folder)
    for (id, commit) in missing.compactMap({ id in there[id].map { (id, $0) } }) {
      let anchor = try store.anchor(of: id, commit: commit)
      try check(anchor)
      if try store.adopt(anchor) { outcome.moved.append(id) }
    }
    return outcome
  }

  /// Sorts the records that both sides have.
  private func compare(
    _ here: [String: String], _ there: [String: String], _ outcome: inout Outcome
  ) async throws {
    let both = here.keys.filter { there[$0] != nil }.sorted()
    let differing = both.filter { here[$0] != there[$0] }
    try await fetch(differing)
    let store = try AnchorStore(containing: folder)
    for id in both {
      guard let ours = here[id], let theirs = there[id] else { continue }
      let differences =
        ours == theirs
        ? []
        : try store.anchor(of: id, commit: theirs).differences(
          from: store.anchor(of: id, commit: ours).files)
      if differences.isEmpty {
        outcome.present.append(id)
      } else {
        outcome.conflicts.append((id, differences))
      }
    }
  }

  /// Refuses an anchor whose summary is about another record than its reference.
  private func check(_ anchor: GitAnchor) throws {
    let file = "\(RecordFile.summary) of the anchor \(anchor.id) of \(remote)"
    guard let summary = anchor.files.first(where: { $0.name == RecordFile.summary }),
      let value = try? JSONParser.parse(summary.bytes, source: file),
      value["record_id"]?.stringValue == anchor.id
    else {
      throw AnchorError(
        .damaged,
        "\(remote) calls the commit \(anchor.commit) the anchor of the record \(anchor.id), but it does not hold that record's \(RecordFile.summary); nothing more was taken."
      )
    }
  }

  // MARK: - git

  /// The anchors here: commits by record.
  private func anchors() throws -> [String: String] {
    let anchors = try AnchorStore(containing: folder).anchors()
    return Dictionary(uniqueKeysWithValues: anchors.map { ($0.id, $0.commit) })
  }

  /// The anchors of the remote: commits by record.
  private func remoteAnchors() async throws -> [String: String] {
    let listing = try await git(["ls-remote", "--quiet", "--refs"], [GitAnchor.records + "*"])
    var anchors: [String: String] = [:]
    for line in listing.split(separator: "\n") {
      let parts = line.split(separator: "\t")
      guard parts.count == 2, parts[1].hasPrefix(GitAnchor.records) else { continue }
      let id = String(parts[1].dropFirst(GitAnchor.records.count))
      // What is not named like a record is not ours to move.
      if RunID.isValid(id) { anchors[id] = String(parts[0]) }
    }
    return anchors
  }

  /// Brings the commits of anchors here without any reference to them, and without writing FETCH_HEAD.
  private func fetch(_ ids: [String]) async throws {
    guard !ids.isEmpty else { return }
    _ = try await git(
      [
        "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance",
        "--no-recurse-submodules",
      ], ids.map(GitAnchor.reference(of:)))
  }

  /// Runs a command of git with the remote and patterns or references behind its options.
  private func git(_ command: [String], _ references: [String]) async throws -> String {
    try await GitProgram.git(command + ["--", remote] + references, in: folder)
  }
}
