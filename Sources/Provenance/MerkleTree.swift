package import Files

/// The Merkle tree of RFC 6962 over leaves that arrive one after the other.
///
/// A leaf is SHA256(0x00 || data), an inner node SHA256(0x01 || left || right), and a tree of n leaves is split at the
/// largest power of two below n; the tree without leaves is SHA256 of nothing. One digest so stands for any number of
/// leaves and their order.
///
/// ```swift
/// let tree = MerkleTree(["first", "second"].map { Array($0.utf8) })
/// let root = tree.root
/// ```
package struct MerkleTree: Sendable {
  /// The number of leaves so far.
  package private(set) var count = 0
  /// The roots of the perfect subtrees that the leaves fill, the largest first: one for each set bit of ``count``.
  private var peaks: [Digest] = []

  /// A tree without leaves.
  package init() {}

  /// The tree of some leaves' data.
  package init(_ leaves: some Sequence<[UInt8]>) {
    for leaf in leaves { append(leaf) }
  }

  /// The tree of some leaves' hashes.
  package init(leafHashes: some Sequence<Digest>) {
    for hash in leafHashes { append(leafHash: hash) }
  }

  /// Appends a leaf's data.
  package mutating func append(_ leaf: [UInt8]) { append(leafHash: MerkleTree.leafHash(of: leaf)) }

  /// Appends a leaf that is known by its hash, a value of ``leafHash(of:)``.
  ///
  /// - Complexity: O(log n) memory for the tree, O(1) hashes a leaf on average.
  package mutating func append(leafHash: Digest) {
    var node = leafHash
    // Each trailing one bit of the count is a subtree that the new leaf completes.
    for _ in 0..<(~count).trailingZeroBitCount {
      node = MerkleTree.nodeHash(peaks.removeLast(), node)
    }
    peaks.append(node)
    count += 1
  }

  /// The root of the leaves so far; more may follow.
  package var root: Digest {
    guard let last = peaks.last else { return SHA256.digest(of: []) }
    return peaks.dropLast().reversed().reduce(last) { MerkleTree.nodeHash($1, $0) }
  }

  // MARK: - Hashes

  /// The hash of a leaf's data.
  package static func leafHash(of leaf: UnsafeRawBufferPointer) -> Digest {
    var hash = SHA256()
    hash.update([0])
    hash.update(leaf)
    return hash.finalize()
  }

  /// The hash of a leaf's data.
  package static func leafHash(of leaf: [UInt8]) -> Digest {
    leaf.withUnsafeBytes { leafHash(of: $0) }
  }

  /// The hash of an inner node.
  static func nodeHash(_ left: Digest, _ right: Digest) -> Digest {
    var hash = SHA256()
    hash.update([1])
    hash.update(left.bytes)
    hash.update(right.bytes)
    return hash.finalize()
  }
}
