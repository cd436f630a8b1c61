package import Files

/// What shows that a leaf is in a Merkle tree: its place, and the hashes beside its way to the root (RFC 6962, 2.1.1).
package struct MerkleProof: Sendable, Equatable {
  /// The number of the leaf, from 0.
  package let index: Int
  /// The number of leaves in the tree.
  package let count: Int
  /// The roots of the subtrees beside the leaf's way, the nearest to the leaf first.
  package let path: [Digest]

  /// A proof that came from somewhere else; only ``holds(for:root:)`` says whether it proves anything.
  package init(index: Int, count: Int, path: [Digest]) {
    self.index = index
    self.count = count
    self.path = path
  }

  /// The proof for one of the leaves that have these hashes.
  ///
  /// - Precondition: `index` is the place of a leaf.
  package init(ofLeaf index: Int, among leafHashes: [Digest]) {
    precondition(leafHashes.indices.contains(index), "There is no leaf \(index).")
    var path: [Digest] = []
    var leaves = leafHashes[...]
    while leaves.count > 1 {
      let split =
        leaves.startIndex + 1 << (Int.bitWidth - 1 - (leaves.count - 1).leadingZeroBitCount)
      let (left, right) = (leaves[..<split], leaves[split...])
      let isLeft = index < split
      path.append(MerkleTree(leafHashes: isLeft ? right : left).root)
      leaves = isLeft ? left : right
    }
    self.init(index: index, count: leafHashes.count, path: path.reversed())
  }

  /// Whether the leaf with this data is the one of number ``index`` in the tree with this root.
  ///
  /// Take ``count`` from where the root is from: a root alone does not tell how many leaves there are, and some proofs
  /// hold for neighbouring counts too (the first leaf of three, or of four).
  package func holds(for leaf: [UInt8], root: Digest) -> Bool {
    holds(forLeafHash: MerkleTree.leafHash(of: leaf), root: root)
  }

  /// Whether the leaf with this hash is the one of number ``index`` in the tree with this root.
  package func holds(forLeafHash leafHash: Digest, root: Digest) -> Bool {
    guard index >= 0, index < count else { return false }
    // RFC 9162, 2.1.3.2: both numbers lose a bit for each level that is climbed.
    var place = index
    var last = count - 1
    var node = leafHash
    for sibling in path {
      guard last > 0 else { return false }
      if place & 1 == 1 || place == last {
        node = MerkleTree.nodeHash(sibling, node)
        // A right edge has no sibling on levels where its tree is not full.
        while place & 1 == 0, place != 0 {
          place >>= 1
          last >>= 1
        }
      } else {
        node = MerkleTree.nodeHash(node, sibling)
      }
      place >>= 1
      last >>= 1
    }
    return last == 0 && node == root
  }
}
