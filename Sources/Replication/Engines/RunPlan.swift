package import Assets

/// What a run will do, what it will reuse, and how long that should take.
package struct RunPlan: Sendable, Equatable {
  /// One step.
  package struct Step: Sendable, Equatable {
    /// What is done, such as "train eaft, seed 42: 8 steps".
    package let title: String
    /// Why it need not be done again; nil if it has to be done.
    package let reuse: String?
    /// Estimated seconds; nil if nothing is known yet, 0 if it is reused.
    package let seconds: Double?
  }

  /// Name and title of the replication.
  package let name: String
  package let title: String
  /// What has to be downloaded, each file once.
  package let downloads: [PlannedDownload]
  /// The steps, in the order in which they are done; empty if the whole run is finished.
  package let steps: [Step]
  /// Why there is nothing to do, if there is nothing.
  package let finished: String?
  /// What the arms do not share besides the objective.
  package let declaredDifferences: [String]
  /// Values that are set in place of the manifest's own.
  package var overrides: [String] = []
  /// What keeps the run from starting; nil if nothing does.
  package var missing: MissingInputs?
  /// Arms that are declared and not run, because nobody asked for them.
  package var optionalArms: [String] = []

  /// Estimated seconds of everything that is still to be done, downloads not counted; nil if nothing is known yet.
  package var seconds: Double? {
    let known = steps.compactMap(\.seconds)
    return known.count == steps.count ? known.reduce(0, +) : nil
  }
}
