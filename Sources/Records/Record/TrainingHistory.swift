package import Files

/// The trainings of a run as its log tells them: which were begun, reused and done, and the steps of each.
package struct TrainingHistory: Sendable {
  /// The training of an arm with a seed, through all processes that were at it.
  package struct Training: Sendable {
    /// The arm and its seed.
    package let arm: RecordedEvent.ArmSeed
    /// When the first process began with it; nil for one that was reused only.
    package fileprivate(set) var started: String?
    /// Its settings and its step key, as the process that came last told them.
    package fileprivate(set) var configuration: String?
    package fileprivate(set) var key: Digest?
    /// The steps that count, first step first: one that was done again counts as it was done last.
    package fileprivate(set) var steps: [RunSummary.Step] = []
    /// The number of the last step that the log need not tell of, since another run made it.
    package fileprivate(set) var lastUntoldStep = 0
    /// How often it went on from a checkpoint.
    package fileprivate(set) var resumptions = 0
    /// How it came to its weights, in order: usually once.
    package fileprivate(set) var ends: [End] = []

    /// The weights that it came to last.
    package var weights: Digest? { ends.last?.weights }
  }

  /// How a training came to its weights.
  package struct End: Sendable {
    /// When the log told of it, and in which session, from 0.
    package let time: String
    package let session: Int
    package let weights: Digest
    /// Whether an earlier training stood in for it.
    let isReused: Bool
  }

  /// The trainings, in the order in which they were begun.
  package private(set) var trainings: [Training] = []
  /// For each arm the training that steps without a seed belong to: the one that was begun last.
  private var open: [String: Int] = [:]
  private var session = -1

  /// Follows the events of a log.
  package init(_ history: RunHistory) {
    for event in history.events { follow(event.content, at: event.time) }
  }

  /// How often a training went on behind its first step.
  package var resumptions: Int { trainings.reduce(0) { $0 + $1.resumptions } }

  /// The training of an arm with a seed.
  package subscript(arm: RecordedEvent.ArmSeed) -> Training? { trainings.first { $0.arm == arm } }

  private mutating func follow(_ event: RecordedEvent, at time: String) {
    switch event {
    case .session: session += 1
    case .trainingStarted(let arm, let key, let configuration):
      let index = begin(arm)
      trainings[index].started = trainings[index].started ?? time
      (trainings[index].key, trainings[index].configuration) = (key, configuration)
    case .trainingReused(let arm, let key, let weights, _):
      let index = begin(arm)
      trainings[index].key = key
      trainings[index].lastUntoldStep = .max
      trainings[index].ends.append(
        End(time: time, session: session, weights: weights, isReused: true))
    case .trainingStep(let arm, let step):
      if let index = index(of: arm) { trainings[index].add(step) }
    case .trainingResumed(let arm, let step, _):
      guard let index = index(of: arm) else { return }
      trainings[index].resumptions += 1
      trainings[index].lastUntoldStep = max(trainings[index].lastUntoldStep, step)
    case .trainingFinished(let arm, let weights):
      guard let index = index(of: arm) else { return }
      trainings[index].ends.append(
        End(time: time, session: session, weights: weights, isReused: false))
    default: break
    }
  }

  private mutating func begin(_ arm: RecordedEvent.ArmSeed) -> Int {
    let index = trainings.firstIndex { $0.arm == arm } ?? trainings.count
    if index == trainings.count { trainings.append(Training(arm: arm)) }
    open[arm.arm] = index
    return index
  }

  /// The training that an event is about; nil if none was begun.
  private func index(of arm: RecordedEvent.ArmSeed) -> Int? {
    arm.seed == nil ? open[arm.arm] : trainings.firstIndex { $0.arm == arm }
  }
}

extension TrainingHistory.Training {
  /// A training that went on at a checkpoint does some steps again.
  fileprivate mutating func add(_ step: RunSummary.Step) {
    while let last = steps.last, last.number >= step.number { steps.removeLast() }
    steps.append(step)
  }
}
