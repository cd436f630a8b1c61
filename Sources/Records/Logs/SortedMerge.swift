/// Puts two sorted lists side by side.
enum SortedMerge {
  /// All keys of two lists in order, each with its value in either list or nil.
  ///
  /// - Precondition: Both lists are sorted by `precedes`, and no key stands twice in one of them.
  static func pairs<Key, Value>(
    _ a: [(key: Key, value: Value)], _ b: [(key: Key, value: Value)],
    by precedes: (Key, Key) -> Bool
  ) -> [(key: Key, a: Value?, b: Value?)] {
    var pairs: [(key: Key, a: Value?, b: Value?)] = []
    pairs.reserveCapacity(max(a.count, b.count))
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      if j == b.count || i < a.count && precedes(a[i].key, b[j].key) {
        pairs.append((a[i].key, a[i].value, nil))
        i += 1
      } else if i == a.count || precedes(b[j].key, a[i].key) {
        pairs.append((b[j].key, nil, b[j].value))
        j += 1
      } else {
        pairs.append((a[i].key, a[i].value, b[j].value))
        (i, j) = (i + 1, j + 1)
      }
    }
    return pairs
  }
}

extension String {
  /// Whether this text comes before another one in the order of bytes, which is that of code points.
  func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
