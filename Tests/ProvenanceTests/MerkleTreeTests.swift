import TestSupport
import Testing

@testable import Files
@testable import Provenance

@Suite("Merkle trees of RFC 6962")
struct MerkleTreeTests {
  /// The leaves, roots and proofs that the reference implementation of certificate transparency is tested with.
  private static let leaves: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], Array(0x40...0x43), Array(0x50...0x57),
    Array(0x60...0x6F),
  ]
  private static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]
  private static let proofs: [(index: Int, count: Int, path: [String])] = [
    (0, 1, []),
    (
      0, 8,
      [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ]
    ),
    (
      5, 8,
      [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ]
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
      1, 5,
      [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ]
    ),
  ]

  private static func leaf(_ index: Int) -> [UInt8] { Array("leaf \(index)".utf8) }

  @Test("The reference implementation's roots are found, all leaves at once or one by one")
  func referenceRoots() {
    var growing = MerkleTree()
    for (count, root) in Self.roots.enumerated() {
      #expect(MerkleTree(Self.leaves.prefix(count)).root.hex == root)
      #expect(growing.root.hex == root)
      #expect(growing.count == count)
      if count < Self.leaves.count { growing.append(Self.leaves[count]) }
    }
  }

  @Test("The reference implementation's proofs are found and hold")
  func referenceProofs() throws {
    for known in Self.proofs {
      let hashes = Self.leaves.prefix(known.count).map(MerkleTree.leafHash(of:))
      let proof = MerkleProof(ofLeaf: known.index, among: hashes)
      #expect(proof.path.map(\.hex) == known.path)
      let root = try #require(Digest(hex: Self.roots[known.count]))
      #expect(proof.holds(for: Self.leaves[known.index], root: root))
    }
  }

  @Test("The root is the one that the definition's recursion gives")
  func recursion() {
    func root(_ leaves: ArraySlice<[UInt8]>) -> Digest {
      guard leaves.count > 1 else {
        return leaves.first.map(MerkleTree.leafHash(of:)) ?? SHA256.digest(of: "")
      }
      var split = 1
      while split * 2 < leaves.count { split *= 2 }
      let middle = leaves.startIndex + split
      return SHA256.digest(of: [1] + root(leaves[..<middle]).bytes + root(leaves[middle...]).bytes)
    }
    for count in 0...130 {
      let leaves = (0..<count).map(Self.leaf)
      #expect(MerkleTree(leaves).root == root(leaves[...]))
    }
  }

  @Test("Every proof of every leaf holds, and with anything changed it does not")
  func everyProof() {
    for count in 1...70 {
      let hashes = (0..<count).map { MerkleTree.leafHash(of: Self.leaf($0)) }
      let root = MerkleTree(leafHashes: hashes).root
      for index in 0..<count {
        let proof = MerkleProof(ofLeaf: index, among: hashes)
        func holds(
          _ leaf: Int, index: Int, count: Int = count, path: [Digest] = proof.path
        ) -> Bool {
          MerkleProof(index: index, count: count, path: path).holds(
            for: Self.leaf(leaf), root: root)
        }
        #expect(holds(index, index: index), "leaf \(index) of \(count)")
        #expect(!holds(index + 1, index: index))
        for other in [-1, index - 1, index + 1, index ^ 2, index ^ 4, count] {
          #expect(!holds(index, index: other))
        }
        let withOneChanged = proof.path.indices.map { place in
          var path = proof.path
          path[place] = root
          return path
        }
        let wrongPaths = [
          proof.path + [root], proof.path.dropLast(), Array(proof.path.dropFirst()),
        ]
        for path in withOneChanged + wrongPaths where path != proof.path {
          #expect(!holds(index, index: index, path: path))
        }
        #expect(!proof.holds(for: Self.leaf(index), root: SHA256.digest(of: root.bytes)))
        // A count too small for the leaf, and one with which every way to the root is longer.
        #expect(!holds(index, index: index, count: index))
        #expect(!holds(index, index: index, count: 256))
      }
    }
  }

  @Test("An inner node is no leaf, and the order of leaves counts")
  func domains() {
    let hashes = [MerkleTree.leafHash(of: [1]), MerkleTree.leafHash(of: [2])]
    let root = MerkleTree(leafHashes: hashes).root
    #expect(MerkleTree([hashes[0].bytes + hashes[1].bytes]).root != root)
    #expect(MerkleTree(leafHashes: hashes.reversed()).root != root)
  }

  @Test("Proofs with senseless numbers hold for nothing")
  func senseless() {
    let digest = SHA256.digest(of: "")
    for (index, count) in [(0, 0), (-1, 1), (0, -1), (Int.max, Int.max), (Int.min, Int.max)] {
      for length in [0, 1, 63, 64, 100] {
        let proof = MerkleProof(
          index: index, count: count, path: Array(repeating: digest, count: length))
        #expect(!proof.holds(for: [], root: digest))
      }
    }
  }
}
