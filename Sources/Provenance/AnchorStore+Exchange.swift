import CLibgit2
import Files
import Glibc

// What moves anchors between repositories. Each store has a chain of its own, which is neither given nor taken.

extension AnchorStore {
  /// Makes an empty repository that nothing but this program has had a hand in: no settings, no hooks, no templates.
  ///
  /// - Throws: ``ProvenanceError`` `repository`.
  package static func scratch(at path: String) throws(ProvenanceError) -> AnchorStore {
    git_libgit2_init()
    defer { git_libgit2_shutdown() }
    var handle: OpaquePointer?
    do {
      try GitFailure.check(git_repository_init(&handle, path, 1), "make a repository")
    } catch {
      throw AnchorStore.error("The folder \(path) cannot be used", error)
    }
    git_repository_free(handle)
    return try AnchorStore(containing: path, isExact: true)
  }

  /// The folder of the repository's objects, which another one may read from.
  package var objectsFolder: String {
    (git_repository_commondir(repository.handle).map { String(cString: $0) } ?? "") + "objects"
  }

  /// The address of a remote: what the settings give its name, or what it says itself, with the beginnings that they say
  /// to put in place of others.
  ///
  /// A relative path in the settings is one from the top of the working tree.
  package func address(ofRemote name: String, pushing: Bool) -> String {
    var remote: OpaquePointer?
    guard git_remote_lookup(&remote, repository.handle, name) == 0 else {
      guard git_remote_create_anonymous(&remote, repository.handle, name) == 0 else { return name }
      defer { git_remote_free(remote) }
      return git_remote_url(remote).map { String(cString: $0) } ?? name
    }
    defer { git_remote_free(remote) }
    let push = pushing ? git_remote_pushurl(remote) : nil
    let address = (push ?? git_remote_url(remote)).map { String(cString: $0) } ?? name
    guard address.hasPrefix("./") || address.hasPrefix("../") else { return address }
    let top = git_repository_workdir(repository.handle) ?? git_repository_path(repository.handle)
    return (top.map { String(cString: $0) } ?? "") + address
  }

  /// Lets a reference lead to a commit that is here.
  ///
  /// - Throws: ``ProvenanceError`` `repository`.
  package func point(_ reference: AnchorReference) throws(ProvenanceError) {
    do {
      var id = try GitRepository.id(of: reference.commit)
      var made: OpaquePointer?
      try GitFailure.check(
        git_reference_create(&made, repository.handle, reference.reference, &id, 0, nil),
        "make the reference \(reference.reference)")
      git_reference_free(made)
    } catch {
      throw AnchorStore.error("The anchor \(reference.text) cannot be sent", error)
    }
  }

  /// Takes an anchor from another repository: checks it, copies its objects and makes a reference to it.
  ///
  /// An anchor under a name of the older form gets one of the present form. Where a name is taken by another commit
  /// about the same thing, such as one with another signature, the new one stands beside it.
  ///
  /// - Returns: The name that the anchor has here; nil if it was here already.
  /// - Throws: ``ProvenanceError`` `repository` for something that is not what its name says, or cannot be stored.
  package func take(
    _ reference: AnchorReference, from source: borrowing AnchorStore
  ) throws(ProvenanceError) -> AnchorReference? {
    do throws(GitFailure) {
      let anchor = try source.repository.anchor(reference)
      let beside = AnchorReference(anchor.name, besidesAs: anchor.commit)
      let target = try GitRepository.id(of: anchor.commit)
      let taken = try repository.target(of: anchor.name.reference).map(GitRepository.text)
      let second = try repository.target(of: beside.reference)
      if taken == anchor.commit || second != nil { return nil }
      try repository.copy(anchor, from: source.repository)
      let name =
        taken == nil
        ? AnchorReference(anchor.name.reference, commit: anchor.commit) ?? beside : beside
      let isMoved = try repository.move([
        GitRepository.Move(reference: name.reference, expected: nil, target: target)
      ])
      guard isMoved else {
        throw GitFailure(reason: "another process is at the same reference; try again", code: 0)
      }
      return name
    } catch {
      throw AnchorStore.error("The anchor \(reference.text) was not taken", error)
    }
  }

  /// The name that an anchor of this repository gets in another one, in which names lead to the commits that are given.
  ///
  /// - Throws: ``ProvenanceError`` `repository` for something that is not what its name says.
  package func nameElsewhere(
    _ reference: AnchorReference, taken: [String: String]
  ) throws(ProvenanceError) -> AnchorReference {
    let anchor = try anchor(reference)
    let name = AnchorReference(anchor.name.reference, commit: anchor.commit)
    guard let name, taken[name.reference] == nil else {
      return AnchorReference(anchor.name, besidesAs: anchor.commit)
    }
    return name
  }

  // MARK: - Receipts

  /// What a reference's log says of the moment at which it was received.
  private static let receipt = "replicate: received"

  /// Writes into the reference's log, by this machine's clock, when it was received.
  package func noteReceipt(of reference: AnchorReference) throws(ProvenanceError) {
    do {
      var log: OpaquePointer?
      try GitFailure.check(
        git_reflog_read(&log, repository.handle, reference.reference), "read a log")
      defer { git_reflog_free(log) }
      var signature: UnsafeMutablePointer<git_signature>?
      try GitFailure.check(
        git_signature_new(
          &signature, "replicate", "replicate@localhost", git_time_t(time(nil)), 0), "sign")
      defer { git_signature_free(signature) }
      var id = try GitRepository.id(of: reference.commit)
      try GitFailure.check(git_reflog_append(log, &id, signature, Self.receipt), "write a log")
      try GitFailure.check(git_reflog_write(log), "write a log")
    } catch {
      throw AnchorStore.error("The receipt of \(reference.text) was not noted", error)
    }
  }

  /// When a reference was received here, in seconds since 1970-01-01T00:00:00Z; nil if that was not noted.
  package func receipt(of reference: AnchorReference) -> Int? {
    var log: OpaquePointer?
    guard git_reflog_read(&log, repository.handle, reference.reference) == 0 else { return nil }
    defer { git_reflog_free(log) }
    for index in 0..<git_reflog_entrycount(log) {
      guard let entry = git_reflog_entry_byindex(log, index),
        let id = git_reflog_entry_id_new(entry), GitRepository.text(of: id) == reference.commit,
        let message = git_reflog_entry_message(entry), String(cString: message) == Self.receipt
      else { continue }
      return git_reflog_entry_committer(entry).map { Int($0.pointee.when.time) }
    }
    return nil
  }
}
