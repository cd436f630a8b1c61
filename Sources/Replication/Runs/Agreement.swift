import Files
import Provenance
import Records

/// How many runs agree, for a list of many: only of records whose id has several anchors is anything read.
enum Agreement {
  /// Entries with the number of independent runs that came to the same results.
  ///
  /// Trouble with the repository leaves a list as it is: `replicate audit` tells of it.
  static func noted(
    in entries: [RunLog.Entry], _ repository: String?, outside artifacts: String
  ) -> [RunLog.Entry] {
    guard repository != nil, !entries.isEmpty,
      let store = try? AnchorRepository.open(repository, outside: [artifacts]),
      let several = try? store.severalAnchors(), !several.isEmpty
    else { return entries }
    return entries.map { entry in
      guard let references = several[entry.run.id], entry.status == .sealed else { return entry }
      var runs: [Corroboration.Run] = []
      for reference in references.prefix(limit) {
        if let run = (try? store.anchor(reference)).flatMap({ Corroboration.Run($0) }) {
          runs.append(run)
        }
      }
      // Of a record that is not anchored nothing is known here but its results.
      let own = runs.first { $0.digest.hex == entry.run.recordDigest }
      let same = runs.filter { $0.results.hex == entry.run.resultsDigest }
      guard let first = own ?? same.first else { return entry }
      let count = Corroboration(of: first, among: same).independent.count
      var entry = entry
      if count > 1 { entry.agreeing = count }
      return entry
    }
  }

  /// How many anchors of one record are read: a repository may hold what anybody has sent.
  private static let limit = 64
}
