import Files
import Provenance
import Records

// What the user's own repository says of a record, which whoever seals a record anew cannot change there.

extension Audit {
  /// Compares the record with its anchor, and its results with those of other runs.
  func anchor() async -> AuditReport.Entry {
    do {
      let store = try AnchorRepository.open(run.repository, outside: [run.artifacts, record.path])
      let evidence = try await AnchoredEvidence(record, in: store, artifacts: run.artifacts)
      var entry = judged(evidence)
      let intents = try await IntentEvidence(
        record, in: store, authority: options.timeStampAuthority)
      entry.findings += intents.findings
      entry.notes += evidence.problems + intents.notes
      return entry
    } catch let error as ProvenanceError where error.code == .noRepository {
      return undone("\(error.message) So there is none that the record could be anchored in.")
    } catch {
      // A repository that cannot be used says nothing against the record.
      return undone("\(error)")
    }
  }

  /// A level that nothing could be compared in, which only contradicts who asked for a signature.
  private func undone(_ reason: String) -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .anchor, notes: [reason], isDone: false)
    if let signer = options.requiredSigner {
      entry.findings = ["No anchor of the record is signed by \(signer)."]
    }
    return entry
  }

  private func judged(_ evidence: AnchoredEvidence) -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .anchor)
    let others = evidence.corroboration
    for (anchor, signer) in evidence.own {
      let time = Timestamp.text(seconds: anchor.time, milliseconds: 0)
      entry.notes.append(
        "The commit \(anchor.commit.prefix(12)) holds this very record, dated \(time.prefix(19))Z; it is \(signer.text)."
      )
      if case .invalid(let reason) = signer {
        entry.findings.append(
          "The signature of the anchor \(anchor.commit) does not hold: \(reason).")
      }
    }
    if let signer = options.requiredSigner,
      !evidence.own.contains(where: { $0.signer.isMade(by: signer) })
    {
      entry.findings.append("No anchor of the record is signed by \(signer).")
    }
    if let sentence = others.sentence { entry.notes.append(sentence) }
    let different = others.disagreeing.map(\.text)
    if evidence.own.isEmpty {
      entry.isDone = false
      let anchored = others.disagreeing.filter { $0.id == record.id && $0.commit != nil }
      if others.agreeing.contains(where: { $0.id == record.id && $0.commit != nil }) {
        entry.notes.append(
          "This very record is not anchored: it is a second run, or was sealed anew, with the results that were anchored."
        )
      } else if !anchored.isEmpty {
        entry.findings += anchored.map {
          "The results with the SHA-256 \(record.resultsDigest) are not those that were anchored for \(record.id): \($0.results) in the commit \($0.commit ?? "")."
        }
        return entry
      } else {
        entry.notes.append(
          "The repository has no \(AnchorName.record(id: record.id, digest: record.digest).reference); `replicate anchors pull REMOTE` takes anchors from another one."
        )
      }
    }
    if !different.isEmpty {
      entry.notes.append(
        "Other results have \(English.list(different)); anybody can anchor anything, so that alone says nothing against this record."
      )
    }
    return entry
  }
}
