import Assets
package import Files
import Provenance
import Synchronization
import Tensors

/// A checkpoint of a training that was kept, so that an audit can go on from it.
package struct KeptCheckpoint: Sendable, Equatable {
  /// The arm that was being trained, and its seed.
  package let arm: String
  package let seed: UInt64
  /// The steps that were done.
  package let step: Int
  /// The size of the file in bytes.
  package let byteCount: Int
  /// The root of the RFC 6962 tree over the file's chunks of ``CheckpointStore/chunkSize`` bytes.
  package let root: Digest

  /// The steps below `total`, in order, after which a training keeps one: those whose checkpoints are saved and that are
  /// multiples of `interval`.
  ///
  /// None after the last step, whose weights are kept in any case.
  package static func steps(kept interval: Int?, saved: Int?, before total: Int) -> [Int] {
    guard let interval, let saved, total > 1 else { return [] }
    return (1..<total).filter { $0.isMultiple(of: saved) && $0.isMultiple(of: interval) }
  }

  /// The checkpoint as records and finished steps list it.
  package var json: JSON {
    [
      "arm": .string(arm), "seed": .string(String(seed)), "step": JSON(step),
      "bytes": JSON(byteCount), "chunk_bytes": JSON(CheckpointStore.chunkSize),
      "root": JSON(root),
    ]
  }

  package init(arm: String, seed: UInt64, step: Int, byteCount: Int, root: Digest) {
    self.arm = arm
    self.seed = seed
    self.step = step
    self.byteCount = byteCount
    self.root = root
  }

  /// The same checkpoint of an arm that is called otherwise.
  package func of(arm: String) -> KeptCheckpoint {
    KeptCheckpoint(arm: arm, seed: seed, step: step, byteCount: byteCount, root: root)
  }

  /// Reads what ``json`` wrote.
  package init(_ field: JSONField) throws(FileError) {
    arm = try field["arm"].string()
    guard let seed = UInt64(try field["seed"].string()) else {
      throw field["seed"].failure("a whole number as a string")
    }
    self.seed = seed
    step = try field["step"].count()
    byteCount = try field["bytes"].count()
    guard try field["chunk_bytes"].count() == CheckpointStore.chunkSize else {
      throw field["chunk_bytes"].failure("\(CheckpointStore.chunkSize)")
    }
    root = try field["root"].digest()
  }
}

/// The folder of kept checkpoints: `<artifacts>/checkpoints/<root>.safetensors`.
///
/// Checkpoints are the largest files of a run (12 bytes a parameter). They lie in a folder of their own so that whoever
/// needs the room can see and remove them: audits then re-execute longer parts.
package struct CheckpointStore: Sendable {
  /// Bytes of a chunk; the last one of a file may be shorter.
  static let chunkSize = 4 << 20
  private static let ending = ".safetensors"

  /// The folder.
  let folder: ContainedPath

  /// The store inside an artifacts folder, which need not exist yet.
  package init(artifacts: String) { folder = ArtifactsFolder(artifacts).checkpoints }

  /// Where the checkpoint with this root is or will be.
  package func place(of root: Digest) -> ContainedPath { folder.appending("\(root)\(Self.ending)") }

  /// Where the checkpoint with this root is or will be, as text.
  package func path(of root: Digest) -> String { place(of: root).path }

  /// Keeps the durable file at `source`, whose chunks have this root, by a second name, without copying it.
  ///
  /// The file at `source` must only ever be replaced, never written to.
  ///
  /// - Throws: ``FileError`` `unwritable` if it cannot be linked, as across file systems, `link` if a link has its place.
  package func keep(_ source: ContainedPath, root: Digest) throws(FileError) {
    try folder.createFolder()
    let place = place(of: root)
    if try source.addName(place) { return }
    // A file that is there already was put there whole; what it has become since, whoever reads it checks.
    _ = try OpenFile.reading(place)
  }

  /// All kept checkpoints, sorted by name: their paths, and the roots that they are named by (nil for other files).
  func entries() throws -> [(place: ContainedPath, root: Digest?)] {
    try folder.names().map { name in
      let root = name.hasSuffix(Self.ending) ? Digest(hex: name.dropLast(Self.ending.count)) : nil
      return (folder.appending(name), root)
    }
  }

  /// Whether the checkpoint is there, by name only.
  package func contains(_ checkpoint: KeptCheckpoint) -> Bool {
    (try? FileStatus(at: place(of: checkpoint.root)))?.kind == .file
  }

  /// What is wrong with a kept checkpoint, in a sentence; nil if it is whole or not there.
  package func finding(_ checkpoint: KeptCheckpoint, threads: Int) throws -> String? {
    guard contains(checkpoint) else { return nil }
    let place = place(of: checkpoint.root)
    let (byteCount, root) = try Self.root(ofFileAt: place, threads: threads)
    guard root != checkpoint.root || byteCount != checkpoint.byteCount else { return nil }
    return
      "\(place), the checkpoint of \(checkpoint.arm) with the seed \(checkpoint.seed) after step \(checkpoint.step), was changed: its chunks have the root \(root)."
  }

  /// The size of a file and the root of the tree over its chunks, which are hashed on `threads` threads.
  package static func root(ofFileAt place: ContainedPath, threads: Int) throws -> (
    byteCount: Int, root: Digest
  ) {
    let file = try place.withFolderDescriptor {
      try InputFile(path: place.path, in: $0, isDirect: true)
    }
    let count = (file.size + chunkSize - 1) / chunkSize
    let leaves = Mutex<[Digest?]>(Array(repeating: nil, count: count))
    let failure = Mutex<(any Error)?>(nil)
    // One for each thread: the system gives out memory of this size anew each time, and empties it first.
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: threads * chunkSize, alignment: DirectAccess.alignment)
    defer { memory.deallocate() }
    nonisolated(unsafe) let chunks = memory
    Parallel.perform(tiles: count, threads: threads) { tile, worker in
      let start = worker * chunkSize
      let length = min(chunkSize, file.size - tile * chunkSize)
      let chunk = UnsafeMutableRawBufferPointer(rebasing: chunks[start..<start + length])
      do {
        try file.read(at: tile * chunkSize, into: chunk)
        let leaf = MerkleTree.leafHash(of: UnsafeRawBufferPointer(chunk))
        leaves.withLock { $0[tile] = leaf }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return (file.size, MerkleTree(leafHashes: leaves.withLock { $0.compactMap(\.self) }).root)
  }
}
