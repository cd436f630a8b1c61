import Files
import Provenance

/// How far a run is, as its log tells: what its summary will say once it is sealed, in so far as it is known.
struct RunProgress: Sendable, Equatable {
  /// A finished evaluation of an arm with a seed.
  struct Evaluation: Sendable, Equatable {
    let arm: String
    let seed: Int?
    let name: String
  }

  /// The arms that were begun, in that order, with the steps that are done and without metrics.
  private(set) var arms: [RunSummary.Arm] = []
  /// The evaluations that are finished, in that order.
  private(set) var evaluations: [Evaluation] = []

  /// Follows the events of a log; what it does not know is passed over.
  init(_ history: RunHistory) {
    // Steps tell their arm only: they are those of its training that began last.
    var current: [String: Int] = [:]
    for event in history.events {
      guard let arm = event.data["arm"]?.stringValue else { continue }
      let seed = event.data["seed"]?.stringValue.flatMap { Int($0) }
      switch event.type {
      case "training-started", "training-reused":
        let index = index(of: arm, seed: seed)
        current[arm] = index
        take(event.data, for: index)
      case "training-step":
        guard let index = current[arm] else { continue }
        let step = JSONField(event.data, source: RecordFile.events)["step"]
        if let step = try? RunSummary.Step(step) { add(step, to: index) }
      case "training-finished":
        if let index = current[arm] { take(event.data, for: index) }
      case "evaluation-finished":
        guard let name = event.data["evaluation"]?.stringValue else { continue }
        let evaluation = Evaluation(arm: arm, seed: seed, name: name)
        if !evaluations.contains(evaluation) { evaluations.append(evaluation) }
        _ = index(of: arm, seed: seed)
      default: continue
      }
    }
  }

  private mutating func index(of name: String, seed: Int?) -> Int {
    if let known = arms.firstIndex(where: { $0.name == name && $0.seed == seed }) { return known }
    arms.append(RunSummary.Arm(name: name, seed: seed))
    return arms.count - 1
  }

  private mutating func take(_ data: JSON, for index: Int) {
    if let weights = data["weights"]?.stringValue.flatMap({ Digest(hex: $0) }) {
      arms[index].digests["weights"] = weights
    }
  }

  /// A training that went on at a checkpoint does some steps again.
  private mutating func add(_ step: RunSummary.Step, to index: Int) {
    while let last = arms[index].steps.last, last.number >= step.number {
      arms[index].steps.removeLast()
    }
    arms[index].steps.append(step)
  }
}
