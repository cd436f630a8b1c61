package import Assets
package import Recipes

/// What a run will do, what it will reuse, and how long that should take.
package struct RunPlan: Sendable, Equatable {
  /// What a step computes.
  package enum Work: Sendable, Equatable {
    /// The training data is tokenised.
    case preparation
    /// An arm is trained.
    case training(Objective)
    /// A trained arm is looked at besides.
    case inspection
    /// An arm's model is evaluated, on the evaluation at this position of the manifest.
    case evaluation(Int, of: String)
  }

  /// One step.
  package struct Step: Sendable, Equatable {
    /// What is done, such as "train eaft, seed 42: 8 steps".
    package let title: String
    /// What it computes.
    package let work: Work
    /// Why it need not be done again; nil if it has to be done.
    package let reuse: String?
    /// Estimated seconds; nil if nothing is known yet, 0 if it is reused.
    package var seconds: Double?

    /// A step, of whose time nothing is known unless it is reused.
    package init(title: String, _ work: Work, reuse: String? = nil, seconds: Double? = nil) {
      (self.title, self.work, self.reuse) = (title, work, reuse)
      self.seconds = reuse == nil ? seconds : 0
    }
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
  /// Disk and memory that the rest takes; nil if nothing is left to do.
  package var resources: RunResources?
  /// Arms that are declared and not run, because nobody asked for them.
  package var optionalArms: [String] = []

  /// Estimated seconds of everything that is still to be done, downloads and preparation of the data not counted; nil if
  /// nothing is known yet.
  package var seconds: Double? {
    let counted = steps.filter { $0.work != .preparation }
    let known = counted.compactMap(\.seconds)
    return known.count == counted.count ? known.reduce(0, +) : nil
  }
}
