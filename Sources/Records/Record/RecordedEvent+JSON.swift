import Files
import Provenance

extension RecordedEvent {
  /// The type of an event, as lines of a log have it.
  enum Kind: String {
    case created = "run-created"
    case session = "session-started"
    case fileAdded = "file-added"
    case fileRemoved = "unannounced-file-removed"
    case lineRemoved = "truncated-line-removed"
    case inputs
    case prepared = "examples-prepared"
    case intent
    case trainingStarted = "training-started"
    case trainingStep = "training-step"
    case trainingResumed = "training-resumed"
    case checkpointKept = "checkpoint-kept"
    case trainingFinished = "training-finished"
    case trainingReused = "training-reused"
    case inspected = "arm-inspected"
    case evaluationFinished = "evaluation-finished"
    case engineStated = "engine-stated"
    case sealed
  }

  // MARK: - Writing

  /// The type and the data of the event's line.
  var line: (type: String, data: JSON) {
    if case .unknown(let type, let data) = self { return (type, data) }
    let (kind, data) = known
    return (kind.rawValue, data)
  }

  private var known: (Kind, JSON) {
    switch self {
    case .created(let creation): (.created, creation.json)
    case .session(let circumstances): (.session, circumstances)
    case .fileAdded(let file): (.fileAdded, file.json)
    case .fileRemoved(let file): (.fileRemoved, file.json)
    case .lineRemoved(let line): (.lineRemoved, line)
    case .inputs(let inputs): (.inputs, .array(inputs.map(\.json)))
    case .prepared(let preparation): (.prepared, preparation.json)
    case .intent(let lock, let commits):
      (.intent, ["lock_sha256": JSON(lock), "commits": .array(commits.map(JSON.string))])
    case .trainingStarted(let arm, let key, let configuration):
      (.trainingStarted, arm.json(("key", JSON(key)), ("configuration", .string(configuration))))
    case .trainingStep(let arm, let step): (.trainingStep, arm.json(("step", step.json)))
    case .trainingResumed(let arm, let step, let root):
      (.trainingResumed, arm.json(("from_step", JSON(step)), ("checkpoint_root", JSON(root))))
    case .checkpointKept(let checkpoint): (.checkpointKept, checkpoint.json)
    case .trainingFinished(let arm, let weights):
      (.trainingFinished, arm.json(("weights", JSON(weights))))
    case .trainingReused(let arm, let key, let weights, let checkpoints):
      (
        .trainingReused,
        arm.json(
          ("key", JSON(key)), ("weights", JSON(weights)),
          ("checkpoints", .array(checkpoints.map(\.json))))
      )
    case .inspected(let arm, let key, let inspection):
      (.inspected, arm.json(("key", JSON(key)), ("inspection", inspection.json)))
    case .evaluationFinished(let arm, let evaluation, let key, let samples):
      (
        .evaluationFinished,
        arm.json(
          ("evaluation", .string(evaluation)), ("key", JSON(key)), ("samples", JSON(samples)))
      )
    case .engineStated(let arm, let program, let facts):
      (.engineStated, arm.json(("program", .string(program)), ("facts", facts)))
    case .sealed(let contents): (.sealed, contents)
    case .unknown: preconditionFailure("What is unknown has its type with it.")
    }
  }

  // MARK: - Reading

  /// Reads what ``line`` wrote.
  ///
  /// - Parameters:
  ///   - event: A line of a log.
  ///   - source: What errors call it.
  /// - Throws: ``FileError`` `invalidJSON` for an event that lacks something, ``RunError`` `invalidName` for a file that no
  ///   record can hold.
  init(_ event: Event, source: String) throws {
    guard let kind = Kind(rawValue: event.type) else {
      self = .unknown(type: event.type, event.data)
      return
    }
    let data = JSONField(event.data, source: source)
    switch kind {
    case .created: self = .created(try Creation(data))
    case .session: self = .session(event.data)
    case .fileAdded: self = .fileAdded(try RecordFile(data))
    case .fileRemoved: self = .fileRemoved(try RecordFile(data))
    case .lineRemoved: self = .lineRemoved(event.data)
    case .inputs: self = .inputs(try data.elements().map { try RecordedInput($0) })
    case .prepared: self = .prepared(try RecordedPreparation(data))
    case .intent:
      self = .intent(
        lock: try data["lock_sha256"].digest(),
        commits: try data["commits"].elements().map { try $0.string() })
    case .sealed: self = .sealed(event.data)
    case .checkpointKept: self = .checkpointKept(try KeptCheckpoint(data))
    case .trainingStarted:
      self = .trainingStarted(
        try ArmSeed(data), key: try data["key"].digest(),
        configuration: try data["configuration"].string())
    case .trainingStep:
      self = .trainingStep(try ArmSeed(data), try RunSummary.Step(data["step"]))
    case .trainingResumed:
      self = .trainingResumed(
        try ArmSeed(data), afterStep: try data["from_step"].count(),
        checkpoint: try data["checkpoint_root"].digest())
    case .trainingFinished:
      self = .trainingFinished(try ArmSeed(data), weights: try data["weights"].digest())
    case .trainingReused:
      self = .trainingReused(
        try ArmSeed(data), key: try data["key"].digest(), weights: try data["weights"].digest(),
        checkpoints: data["checkpoints"].isNull
          ? [] : try data["checkpoints"].elements().map { try KeptCheckpoint($0) })
    case .inspected:
      self = .inspected(
        try ArmSeed(data), key: try data["key"].digest(), try ArmInspection(data["inspection"]))
    case .evaluationFinished:
      self = .evaluationFinished(
        try ArmSeed(data), evaluation: try data["evaluation"].string(),
        key: try data["key"].digest(), samples: try data["samples"].digest())
    case .engineStated:
      self = .engineStated(
        try ArmSeed(data), program: try data["program"].string(),
        facts: data["facts"].value ?? .null)
    }
  }
}

extension RecordedEvent.Creation {
  fileprivate var json: JSON {
    JSON(present: [
      ("record_id", .string(id)), ("name", .string(name)), ("identity", JSON(identity)),
      ("identity_basis", identityBasis ?? .null), ("attempt", JSON(attempt)),
      ("manifest_sha256", JSON(manifestDigest)),
    ])
  }

  fileprivate init(_ data: JSONField) throws(FileError) {
    id = try data["record_id"].string()
    name = try data["name"].string()
    identity = try data["identity"].digest()
    identityBasis = data["identity_basis"].value
    attempt = try data["attempt"].count()
    manifestDigest = try data["manifest_sha256"].digest()
  }
}

extension RecordedEvent.ArmSeed {
  /// Arm and seed before other members; the seed is text, because it may be larger than the integers that all readers keep.
  fileprivate func json(_ others: (key: String, value: JSON)...) -> JSON {
    var object = JSON.Object()
    object["arm"] = .string(arm)
    object["seed"] = JSON(seed.map { String($0) })
    for member in others { object[member.key] = member.value }
    return .object(object)
  }

  fileprivate init(_ data: JSONField) throws(FileError) {
    arm = try data["arm"].string()
    let seed = data["seed"]
    self.seed = seed.isNull ? nil : UInt64(try seed.string())
    if !seed.isNull, self.seed == nil { throw seed.failure("a whole number as a string") }
  }
}
