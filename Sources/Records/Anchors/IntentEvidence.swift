import Files
import Foundation
package import Provenance

/// What the user's repository says of the lock that a record is fixed to: whether it was public before the first step, and
/// how many runs were begun under it.
package struct IntentEvidence {
  /// What contradicts the record, and what else is to be said, in sentences.
  package private(set) var findings: [String] = []
  package private(set) var notes: [String] = []

  /// What follows where nobody else can tell when the lock was made.
  private static let warning =
    "Whether other runs were made and not shown cannot be excluded: no time stamp of an authority, and no receipt of this repository, shows that the lock was public before the first step."

  /// Looks at the intents of the record's lock and at the runs that were begun under them.
  ///
  /// - Parameters:
  ///   - record: The record.
  ///   - store: The user's repository.
  ///   - authority: A file with the certificates of time stamp authorities that are trusted; nil for the machine's.
  /// - Throws: What keeps the repository from being read.
  package init(_ record: SealedRecord, in store: borrowing AnchorStore, authority: String?)
    async throws
  {
    guard let lock = record.files.first(where: { $0.name == RecordFile.lock })?.digest,
      let history = try? record.history()
    else { return }
    let start = history.events.first { $0.content.isWork }
    let claims = self.claims(in: history, lock: lock, before: start)
    var intents: [GitAnchor] = []
    var isProven = false
    for reference in try store.references("intents/\(lock)") {
      let intent: GitAnchor
      do {
        intent = try store.anchor(reference)
      } catch {
        notes.append(error.message)
        continue
      }
      intents.append(intent)
      let signer = await Signer(of: intent, user: store.user)
      notes.append(
        "Its lock was made public in the commit \(intent.commit.prefix(12)), dated \(Self.text(intent.time)); it is \(signer.text)."
      )
      let begin = start.flatMap { Timestamp.seconds(of: $0.time) }
      let isClaimed = claims.contains(intent.commit)
      compare(intent.time, "the commit", intent, with: begin, isClaimed: isClaimed)
      if let received = store.receipt(of: reference) {
        notes.append("This repository received it at \(Self.text(received)).")
        if let begin, received <= begin { isProven = true }
      }
      if let stamped = try await stampedTime(intent, authority) {
        compare(stamped, "its time stamp", intent, with: begin, isClaimed: isClaimed)
        if let begin, stamped <= begin { isProven = true }
      }
    }
    for claim in claims where !intents.contains(where: { $0.commit == claim }) {
      notes.append(
        "The record says that it ran under the intent \(claim.prefix(12)), which the repository has not; `replicate anchors pull REMOTE` takes it."
      )
    }
    if !intents.isEmpty { try count(record, lock, store) }
    if !isProven { notes.append(Self.warning) }
  }

  /// The commits that the record says were there before it began; a finding if it says so too late.
  private mutating func claims(
    in history: RunHistory, lock: Digest, before start: RunHistory.Entry?
  )
    -> [String]
  {
    history.events.flatMap { event -> [String] in
      guard case .intent(let told, let commits) = event.content else { return [] }
      if told != lock {
        findings.append("The record's log names an intent to run under another lock than its own.")
      }
      if let start, start.index < event.index {
        findings.append("The record's log names its intent only after the first step.")
      }
      return commits
    }
  }

  private mutating func compare(
    _ time: Int, _ what: String, _ intent: GitAnchor, with begin: Int?, isClaimed: Bool
  ) {
    guard let begin, time > begin else { return }
    let text =
      "\(what) of the intent \(intent.commit.prefix(12)) is of \(Self.text(time)), after the first step of the run at \(Self.text(begin))"
    if isClaimed, time > begin + Intent.clockTolerance {
      findings.append("The record says that it ran under an intent, but \(text).")
    } else {
      notes.append("But \(text).")
    }
  }

  /// The time that an authority vouches for; nil without a time stamp, or with one that says nothing.
  private mutating func stampedTime(_ intent: GitAnchor, _ authority: String?) async throws
    -> Int?
  {
    guard let stamp = intent.content(of: Intent.stamp),
      let lock = intent.content(of: RecordFile.lock)
    else { return nil }
    let name = "The time stamp of the intent \(intent.commit.prefix(12))"
    switch try await TimeStamp.check(stamp, of: lock, authority: authority) {
    case .valid(let time):
      notes.append("\(name) holds: the lock existed at \(Self.text(time)).")
      return time
    case .unknownAuthority(let reason):
      notes.append(
        "\(name) is by an authority that this machine does not know (\(reason)); --timestamp-ca names its certificate."
      )
    case .unchecked(let reason): notes.append("\(name) was not checked. \(reason)")
    case .invalid(let reason): findings.append("\(name) does not hold: \(reason).")
    }
    return nil
  }

  /// Counts the runs that were begun under the lock, and those of them that are anchored as sealed.
  private mutating func count(
    _ record: SealedRecord, _ lock: Digest, _ store: borrowing AnchorStore
  ) throws {
    var begun: Set<[String]> = []
    for reference in try store.references("begun/\(lock)/") {
      guard let anchor = try? store.anchor(reference), let id = anchor.name.id,
        let bytes = anchor.content(of: anchor.name.file),
        let time = try? JSONParser.parse(bytes, source: anchor.name.file)["time"]?.stringValue
      else { continue }
      begun.insert([id, time])
    }
    var sealed: Set<[String]> = []
    for id in Set(begun.map { $0[0] }) {
      for reference in try store.references(ofRecord: id) {
        guard let run = (try? store.anchor(reference)).flatMap({ Corroboration.Run($0) }) else {
          continue
        }
        sealed.insert([id, run.created])
      }
    }
    let open = begun.subtracting(sealed).sorted { $0[1] < $1[1] }
    let count = begun.count
    notes.append(
      "\(English.count(count, "run")) \(count == 1 ? "was" : "were") begun under this lock, of which \(count - open.count) \(count - open.count == 1 ? "is" : "are") anchored as sealed"
        + (open.isEmpty
          ? "."
          : "; not \(English.list(open.map { "\($0[0]), begun at \($0[1].prefix(19))Z" })).")
    )
    if !begun.contains([record.id, record.created]) {
      notes.append("This run is not among those that were counted when they began.")
    }
  }

  private static func text(_ time: Int) -> String {
    Timestamp.text(seconds: time, milliseconds: 0).prefix(19) + "Z"
  }
}
