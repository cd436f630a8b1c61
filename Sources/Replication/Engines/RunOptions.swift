package import Assets

/// How a run is done, as opposed to what: nothing here changes a result.
package struct RunOptions: Sendable {
  /// The folder for downloads, unfinished work and records.
  package var artifacts: String
  /// The same with the places of everything in it.
  package var folder: ArtifactsFolder { ArtifactsFolder(artifacts) }
  /// Threads to compute with.
  package var threads: Int
  /// Whether the network must not be used.
  package var isOffline = false
  /// Folders that are searched for inputs before the network.
  package var mirrorFolders: [String] = []
  /// How the Hugging Face Hub is reached.
  package var hub = HubAccess()
  /// Files and folders that take the place of assets, each asset once.
  package var localCopies: [LocalCopy] = []
  /// Whether to run again although a finished run with the same inputs exists.
  package var isRepeating = false
  /// A folder in the git repository that anchors are kept in and looked up, which may not lie in ``artifacts``; nil for
  /// none.
  package var repository: String?
  /// How Axolotl's processes are started, if it is the engine.
  package var axolotlLaunch = AxolotlLaunch()
  /// A folder that gets every trained model as a Hugging Face folder; nil for none.
  package var modelFolder: String?

  /// Options with everything else at its default.
  package init(artifacts: String, threads: Int) {
    self.artifacts = artifacts
    self.threads = threads
  }
}
