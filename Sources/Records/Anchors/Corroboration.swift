package import Files
package import Provenance

/// What other runs of a record's identity came to: anchors in the user's repository, and sealed records beside it.
///
/// Two honest runs have the same results and not the same record, because a record tells of times and machines too. That
/// is no contradiction but the strongest support there is.
package struct Corroboration: Sendable, Equatable {
  /// One run, as an anchor or a record tells of it.
  package struct Run: Sendable, Equatable {
    /// The record's id and digest.
    package let id: String
    package let digest: Digest
    /// The digest of its results alone.
    package let results: Digest
    /// When it says that it began; a record that was sealed anew says the same.
    package let created: String
    /// How many trainings were done for it; nil if nothing tells.
    package let executed: Int?
    /// The commit that it is anchored as; nil for a record that only lies in the store.
    package var commit: String?
    /// Whose signature that commit carries.
    package var signer = Signer.none

    /// The run in a few words.
    package var text: String {
      let place = commit.map { "commit \($0.prefix(12)), \(signer.text)" } ?? "in the store"
      return "\(id) with the SHA-256 \(digest.hex.prefix(12)) (\(place))"
    }
  }

  /// The run that the others are compared with.
  package let own: Run
  /// Other runs with the same results, and with other ones, sorted by id and digest.
  package var agreeing: [Run] = []
  package var disagreeing: [Run] = []

  /// Sorts other runs; a run that is told of twice counts once.
  package init(of own: Run, among others: [Run]) {
    self.own = own
    var seen: Set = [own.digest]
    for run in others.sorted(by: { ($0.id, $0.digest) < ($1.id, $1.digest) })
    where seen.insert(run.digest).inserted {
      if run.results == own.results { agreeing.append(run) } else { disagreeing.append(run) }
    }
  }

  /// The runs with the same results that did trainings of their own, each beginning once.
  ///
  /// A run that took all of its trainings over from an earlier one would have had to come to the same, and a record that
  /// was sealed anew is the same run.
  package var independent: [Run] {
    var beginnings: Set<String> = []
    return ([own] + agreeing).filter {
      ($0.executed ?? 0) > 0 && beginnings.insert($0.created).inserted
    }
  }

  /// What is to be said of agreement; nil where no other run agrees.
  package var sentence: String? {
    guard !agreeing.isEmpty else { return nil }
    let count = independent.count
    let others = [own] + agreeing
    let counted = Set(independent.map(\.digest))
    let rest = others.filter { !counted.contains($0.digest) }
    let list = English.list(agreeing.map(\.text))
    let head =
      count > 1
      ? "\(count) independent runs agree: besides this one \(list)."
      : "The same results have \(list)."
    guard !rest.isEmpty else { return head }
    return head
      + " Not counted as independent: \(English.list(rest.map { $0.digest == own.digest ? "this one" : String($0.digest.hex.prefix(12)) })), which took over all trainings, began at the same moment as another one, or tells of none."
  }
}

extension Corroboration.Run {
  /// Reads what an anchor holds; nil for one whose results do not hash to what it says, or that is of no record.
  package init?(_ anchor: GitAnchor) {
    guard case .record(let id, let digest) = anchor.name,
      let bytes = anchor.content(of: RecordFile.summary),
      let value = try? JSONParser.parse(bytes, source: RecordFile.summary),
      let results = value["results"], let created = value["created"]?.stringValue,
      let identity = value["identity"]?.stringValue.flatMap({ Digest(hex: $0) }),
      let attempt = value["attempt"]?.integerValue,
      RunID.id(identity: identity, attempt: attempt) == id,
      let found = try? CanonicalJSON.digest(of: results),
      value["results_sha256"]?.stringValue == found.hex
    else { return nil }
    self.init(
      id: id, digest: digest, results: found, created: created,
      executed: anchor.content(of: RecordAnchor.trainings).flatMap { TrainingWork($0)?.executed },
      commit: anchor.commit)
  }

  /// Takes what a sealed record says.
  init(_ record: SealedRecord) {
    let history = try? record.history()
    self.init(
      id: record.id, digest: record.digest, results: record.resultsDigest,
      created: record.created, executed: history.map { TrainingWork($0).executed })
  }
}

/// Everything that the user's repository and store hold on a record's identity.
package struct AnchoredEvidence {
  /// The anchors of the record itself, each with whose signature it carries.
  package var own: [(anchor: GitAnchor, signer: Signer)] = []
  /// Other runs.
  package let corroboration: Corroboration
  /// What bears the name of an anchor and is none, in sentences.
  package var problems: [String] = []

  /// How many anchors of one identity are looked at: a repository may hold what anybody has sent.
  private static let limit = 256

  /// Looks for anchors of the record's id and of other attempts at its identity, and for the sealed records of those.
  package init(
    _ record: SealedRecord, in store: borrowing AnchorStore, artifacts: String
  ) async throws {
    var others: [Corroboration.Run] = []
    let attempts = try RunStore(artifacts: artifacts).attempts(at: record.identity)
    let ids = Set(
      (1...max(record.attempt, attempts.count) + 1).map {
        RunID.id(identity: record.identity, attempt: $0)
      })
    var references: [AnchorReference] = []
    for id in ids.sorted() { references += try store.references(ofRecord: id) }
    if references.count > Self.limit {
      problems.append(
        "\(references.count) anchors are about this identity, of which \(Self.limit) were looked at."
      )
    }
    let isOwn = { (reference: AnchorReference) in reference.name?.digest == record.digest }
    for reference in (references.filter(isOwn) + references.filter { !isOwn($0) })
      .prefix(Self.limit)
    {
      let anchor: GitAnchor
      do {
        anchor = try store.anchor(reference)
      } catch {
        problems.append(error.message)
        continue
      }
      let signer = await Signer(of: anchor, user: store.user)
      if anchor.name.digest == record.digest {
        own.append((anchor, signer))
      } else if var run = Corroboration.Run(anchor) {
        run.signer = signer
        others.append(run)
      } else {
        problems.append("The anchor \(reference.text) holds no record that could have been sealed.")
      }
    }
    for attempt in attempts where attempt.status == .sealed {
      let path = RunStore(artifacts: artifacts).path(of: attempt.id)
      if let sealed = try? SealedRecord(at: path) { others.append(Corroboration.Run(sealed)) }
    }
    corroboration = Corroboration(of: Corroboration.Run(record), among: others)
  }
}
