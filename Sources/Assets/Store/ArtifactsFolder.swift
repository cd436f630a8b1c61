package import Files

/// An artifacts folder, with the place of everything in it spelled once.
package struct ArtifactsFolder: Sendable, Equatable {
  /// The folder itself.
  package let place: ContainedPath

  /// The folder at a path, which need not exist yet.
  package init(_ path: String) { place = ContainedPath(root: path) }

  /// The folder at a path, which has to exist: a mistyped one must not look like one in which nothing was done.
  ///
  /// - Throws: ``FileError`` `noFolder`.
  package init(existing path: String) throws(FileError) {
    self.init(path)
    guard try FileStatus(at: place) != nil else {
      throw FileError(
        .noFolder,

        "There is no folder \(path): nothing was run or imported there. Check the path that --artifacts names, or run something first."
      )
    }
  }

  /// Files that are named by their content.
  package var store: ContainedPath { place.appending("store") }
  /// Finished steps.
  package var steps: ContainedPath { place.appending("steps") }
  /// Records, sealed and open.
  package var records: ContainedPath { place.appending("records") }
  /// Unfinished work.
  package var work: ContainedPath { place.appending("work") }
  /// Kept checkpoints.
  package var checkpoints: ContainedPath { place.appending("checkpoints") }
  /// The database of all runs.
  package var index: ContainedPath { place.appending("replicate.sqlite") }

  /// Where an engine that is no part of this program is installed.
  package func engine(_ name: String) -> ContainedPath { place.appending("engines/\(name)") }

  /// The folder of all verifications' working folders.
  package var verifications: ContainedPath { work.appending("determinism") }
  /// What a verification of determinism holds.
  package var verificationLock: ContainedPath { work.appending("determinism.lock") }

  /// Where the unfinished training with this key lies.
  package func training(_ key: Digest) -> ContainedPath {
    work.appending(String(key.hex.prefix(16)))
  }

  /// What whoever is at the training with this key holds.
  package func trainingLock(_ key: Digest) -> ContainedPath {
    work.appending("\(key.hex.prefix(16)).lock")
  }

  /// Where the samples of the unfinished evaluation with this key lie.
  package func journal(_ key: Digest) -> ContainedPath {
    work.appending("\(key.hex.prefix(16)).samples.jsonl")
  }
}
