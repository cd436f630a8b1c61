package import Files

extension SealedRecord {
  /// That the results were known before what they are judged by was fixed, as a sentence; nil if they were not.
  ///
  /// A run is as deterministic as its inputs: an earlier one with the same identity, sealed without these expectations, gave
  /// the same bits, so that whoever wrote them could know how the run would come out.
  ///
  /// - Parameter expectations: the SHA-256 of what the run is judged by.
  /// - Returns: the sentence, with the earlier run.
  /// - Throws: ``FileError`` `link` for a link in the place of the folder of all records.
  package func precedence(over expectations: Digest) throws -> String? {
    guard attempt > 1 else { return nil }
    let store = RunStore(folder: place.parent)
    for listing in try store.attempts(at: identity) where listing.attempt < attempt {
      guard listing.status == .sealed,
        let earlier = try? SealedRecord(at: store.place(of: listing.id)),
        earlier.resultsDigest == resultsDigest,
        !earlier.files.contains(where: {
          $0.name == RecordFile.expectations && $0.digest == expectations
        })
      else { continue }
      return
        "These bits were known before the lock: the run \(earlier.id) of \(earlier.created) gave them already and was judged by nothing, or by something else."
    }
    return nil
  }
}
