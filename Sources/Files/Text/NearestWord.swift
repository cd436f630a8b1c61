/// Finds the word that somebody probably meant.
package enum NearestWord {
  /// Words are compared up to this length, so that a hostile text costs nothing.
  private static let longest = 64

  /// The likeliest of `candidates`, the first of equally likely ones; nil if none is near.
  ///
  /// Near is a word that differs in few letters, that begins like it, or that shares a part between underscores or
  /// hyphens: "stepz" is near "max_steps", "num_epochs" near "epochs".
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    let word = scalars(word)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      guard let distance = distance(word, scalars(candidate)) else { continue }
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.candidate
  }

  /// "; did you mean 'X'?" if there is a near word, and else all candidates if they are few.
  package static func hint(for word: String, among candidates: [String]) -> String {
    if let nearest = nearest(to: word, among: candidates) { return "; did you mean '\(nearest)'?" }
    guard !candidates.isEmpty else { return "" }
    let shown = candidates.prefix(24).map { "'\($0)'" }.joined(separator: ", ")
    return "; there \(candidates.count == 1 ? "is" : "are") \(shown)"
      + (candidates.count > 24 ? " and more" : "")
  }

  /// How far a candidate is from a word; nil if too far to be meant.
  private static func distance(_ word: [UInt32], _ candidate: [UInt32]) -> Int? {
    guard !word.isEmpty, !candidate.isEmpty else { return nil }
    var distances: [Int] = []
    let whole = editDistance(word, candidate)
    if whole <= max(1, max(word.count, candidate.count) / 3) { distances.append(whole) }
    let short = min(word.count, candidate.count)
    if short >= 3, word.prefix(short) == candidate.prefix(short) { distances.append(2) }
    let pairs =
      parts(of: candidate).map { (word, $0) } + parts(of: word).map { ($0, candidate) }
    for (left, right) in pairs where min(left.count, right.count) >= 4 {
      let distance = 1 + editDistance(left, right)
      if distance <= max(2, left.count / 3) { distances.append(distance) }
    }
    return distances.min()
  }

  private static func scalars(_ text: String) -> [UInt32] {
    text.unicodeScalars.prefix(longest).map { scalar in
      // ASCII letters only: a typo in case is the smallest of all.
      (0x41...0x5A).contains(scalar.value) ? scalar.value + 0x20 : scalar.value
    }
  }

  private static func parts(of word: [UInt32]) -> [[UInt32]] {
    word.split { $0 == 0x5F || $0 == 0x2D }.map(Array.init)
  }

  /// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
  private static func editDistance(_ left: [UInt32], _ right: [UInt32]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
      var row = [i + 1]
      for j in right.indices {
        let isEqual = left[i] == right[j]
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (isEqual ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[right.count]
  }
}
