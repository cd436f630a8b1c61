import Files
import Provenance

/// Moves anchors, intents and begun runs between the user's repository and another one.
///
/// Each store has a chain of its own: `refs/replicate/latest` says what was anchored here and in which order, and is
/// neither sent nor taken. Anchors that are taken over keep the parents that they have in the store they are from. So
/// two machines that both anchor have two chains that anybody can follow from their records, and none is rewritten to
/// fit the other.
///
/// What an anchor is about is in its name, so that several of one record's id stand side by side, and nothing has to be
/// forced. Everything is checked before it is taken; what is not what its name says is named, and the rest is moved.
/// Another repository of this machine is read and written without running anything; for one elsewhere, the user's `git`
/// works in a ``ScratchRepository``.
package struct AnchorExchange: Sendable {
  /// Which way anchors go.
  package enum Direction: String, Sendable {
    /// To the remote.
    case push
    /// From the remote.
    case pull
  }

  /// What a remote that nobody has to trust can cost.
  package struct Limits: Sendable {
    /// Anchors of one exchange.
    package var count = 10_000
    /// Bytes that are brought here at once.
    package var transferBytes = 1 << 30
    /// Address space of each of git's processes, in bytes.
    package var memoryBytes = 4 << 30
    /// Bytes of a remote's list of names.
    package var listingBytes = 64 << 20
    /// Anchors that git could not bring before an exchange is given up.
    package var failures = 16

    /// The limits that are documented.
    package init() {}
  }

  /// What an exchange came to.
  package struct Outcome: Sendable, Equatable {
    /// Something that was not moved.
    package struct Refusal: Sendable, Equatable {
      /// The name of its reference.
      package let reference: String
      /// Why, as a sentence.
      package let reason: String
    }

    /// Which way anchors went.
    package let direction: Direction
    /// The remote as it was named, without what may be secret.
    package let remote: String
    /// The names under which anchors are on the other side now, sorted.
    package var moved: [String] = []
    /// The number of those that were there already.
    package var present = 0
    /// What was not moved because it is not what its name says, or the remote did not take it.
    package var refused: [Refusal] = []
    /// The number of those that were more than one exchange moves.
    package var leftOver = 0
  }

  private let repository: String
  private let remote: String
  private let limits: Limits

  /// Prepares an exchange; nothing is read yet.
  ///
  /// - Parameters:
  ///   - remote: The name of a remote, a URL, or the path of a repository.
  ///   - repository: A folder in the user's repository.
  ///   - limits: What the exchange may cost.
  package init(with remote: String, repository: String, limits: Limits = Limits()) {
    self.remote = remote
    self.repository = repository
    self.limits = limits
  }

  /// Sends what the remote does not have.
  ///
  /// - Throws: ``ProvenanceError`` `noRepository`, `repository`; ``AnchorError`` `transport`.
  package func push() async throws -> Outcome {
    var outcome = Outcome(direction: .push, remote: GitAddress.withoutSecrets(remote))
    let here = try AnchorStore(containing: repository)
    switch try place(here, pushing: true) {
    case .folder(let path):
      let there = try other(path)
      try move(try missing(in: try there.references(), of: here, &outcome), here, there, &outcome)
    case .network(let address):
      let scratch = try ScratchRepository(limits)
      let there = try await scratch.references(of: address)
      let names = Dictionary(there.map { ($0.reference, $0.commit) }) { first, _ in first }
      try scratch.borrowObjects(of: here)
      let store = try scratch.store()
      var done: Set<String> = []
      for reference in try missing(in: there, of: here, &outcome)
      where !done.contains(reference.commit) {
        do {
          let name = try here.nameElsewhere(reference, taken: names)
          try store.point(name)
          outcome.moved.append(name.text)
          done.insert(reference.commit)
        } catch {
          outcome.refuse(reference.text, "\(error)")
        }
      }
      guard !outcome.moved.isEmpty else { break }
      for refusal in try await scratch.push(to: address) {
        let name = String(refusal.reference.dropFirst(AnchorName.root.count))
        outcome.moved.removeAll { $0 == name }
        outcome.refuse(name, refusal.reason)
      }
    }
    return outcome
  }

  /// Takes what is not here.
  ///
  /// - Throws: ``ProvenanceError`` `noRepository`, `repository`; ``AnchorError`` `transport`.
  package func pull() async throws -> Outcome {
    var outcome = Outcome(direction: .pull, remote: GitAddress.withoutSecrets(remote))
    let here = try AnchorStore(containing: repository)
    switch try place(here, pushing: false) {
    case .folder(let path):
      let there = try other(path)
      try move(try missing(in: try here.references(), of: there, &outcome), there, here, &outcome)
    case .network(let address):
      let scratch = try ScratchRepository(limits)
      let wanted = missing(
        among: try await scratch.references(of: address), notIn: try here.references(), &outcome)
      for failure in try await scratch.fetch(wanted[...], from: address) {
        outcome.refuse(failure.reference.text, failure.reason)
      }
      let there = try scratch.store()
      try move(try there.references(), there, here, &outcome)
    }
    return outcome
  }

  // MARK: - Parts

  /// Where the remote is, by the settings of the user's repository or as it was named.
  private func place(_ here: borrowing AnchorStore, pushing: Bool) throws -> GitAddress.Place {
    let found = here.address(ofRemote: remote, pushing: pushing)
    guard let address = GitAddress(found) else {
      throw AnchorError(
        .transport,
        "\(GitAddress.withoutSecrets(found)) is not an address that anchors are moved to or from: name a remote, a path, or an address of https, ssh or git."
      )
    }
    return address.place
  }

  /// Another repository of this machine.
  private func other(_ path: String) throws -> AnchorStore {
    do throws(ProvenanceError) {
      return try AnchorStore(containing: path, isExact: true)
    } catch {
      guard error.code == .noRepository else { throw error }
      throw AnchorError(
        .transport,
        "There is no repository at \(path), and no remote \(remote) in the settings of the repository around \(repository)."
      )
    }
  }

  private func missing(
    in target: [AnchorReference], of source: borrowing AnchorStore, _ outcome: inout Outcome
  ) throws -> [AnchorReference] {
    missing(among: try source.references(), notIn: target, &outcome)
  }

  /// Those of `source` whose commits `target` has not, as many as one exchange moves.
  ///
  /// Several may lead to one commit: of these, one that is named as it should be is moved, wherever others stand.
  private func missing(
    among source: [AnchorReference], notIn target: [AnchorReference], _ outcome: inout Outcome
  ) -> [AnchorReference] {
    let known = Set(target.map(\.commit))
    outcome.present = Set(source.map(\.commit)).intersection(known).count
    // Names of the older form come last, so that a commit which has both kinds goes by the present one.
    let missing = (source.filter { $0.name != nil } + source.filter { $0.name == nil }).filter {
      !known.contains($0.commit)
    }
    outcome.leftOver = max(0, missing.count - limits.count)
    return Array(missing.prefix(limits.count))
  }

  /// Takes anchors of one repository into another one.
  private func move(
    _ references: [AnchorReference], _ source: borrowing AnchorStore,
    _ target: borrowing AnchorStore, _ outcome: inout Outcome
  ) throws {
    var done: Set<String> = []
    for reference in references where !done.contains(reference.commit) {
      do throws(ProvenanceError) {
        guard let name = try target.take(reference, from: source) else {
          outcome.present += 1
          continue
        }
        outcome.moved.append(name.text)
        done.insert(reference.commit)
        // When an intent came here tells an auditor more than what it says of itself.
        if outcome.direction == .pull, name.id == nil { try target.noteReceipt(of: name) }
      } catch {
        outcome.refuse(reference.text, error.message)
      }
    }
    outcome.moved.sort()
  }
}

extension AnchorExchange.Outcome {
  fileprivate mutating func refuse(_ reference: String, _ reason: String) {
    refused.append(Refusal(reference: reference, reason: reason))
  }
}
