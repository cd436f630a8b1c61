import Files
import Foundation
import Recipes
import Records
import Training

/// What the plugin in Axolotl tells of a training, line by line, held against what was asked.
struct AxolotlProgress {
  /// The steps that count, step 1 first.
  private(set) var steps: [RunSummary.Step] = []
  /// Digests of the files that Axolotl saved in the end; nil before.
  private(set) var saved: [String: Digest]?
  /// Whether it stopped early, after a checkpoint.
  private(set) var isStopped = false
  private let events: ContainedPath
  private let training: ArmTraining
  private let listener: ArmTraining.Listener
  /// Keys that Axolotl is told and does not have, as the manifest knows.
  private let ignored: [String]
  /// Bytes of whole lines that were read.
  private var offset = 0
  private var isTrained = false
  private let clock = ContinuousClock()
  private var start: (time: ContinuousClock.Instant, step: Int)
  private var tokens = 0.0

  /// Keeps the steps of an earlier process up to its last checkpoint, and forgets the others; without one all.
  init(
    folder: ContainedPath, training: ArmTraining, listener: ArmTraining.Listener,
    ignored: [String], upTo checkpoint: AxolotlCheckpoint?
  ) throws {
    events = folder.appending("events.jsonl")
    (self.training, self.listener, self.ignored) = (training, listener, ignored)
    start = (clock.now, 0)
    var kept: [UInt8] = []
    if let checkpoint, try FileStatus(at: events) != nil {
      for line in try OpenFile.contents(of: events).split(separator: UInt8(ascii: "\n")) {
        // A kill may have cut the last line off.
        guard let json = try? JSONParser.parse(Array(line), source: events.path),
          json["event"]?.stringValue == "step", json["step"]?.integerValue == steps.count + 1,
          steps.count < checkpoint.step
        else { continue }
        steps.append(try Self.step(JSONField(json, source: events.path), epoch: 0))
        kept += line + [UInt8(ascii: "\n")]
      }
      if steps.count < checkpoint.step {
        listener.note(
          "\(training.arm): steps before the checkpoint are missing in \(events.path), so training starts anew"
        )
        (steps, kept) = ([], [])
      }
    }
    try AtomicFile.write(kept, to: events)
    offset = kept.count
    start.step = steps.count
    let schedule = BatchSchedule(
      exampleCount: training.data.examples.count, configuration: training.configuration)
    for index in steps.indices {
      steps[index].values["epoch"] = Double(schedule.epoch(ofStep: index + 1))
    }
  }

  /// Reads the whole lines that are new.
  ///
  /// - Throws: ``EngineError`` for what is not as it was asked; what the listener throws.
  mutating func read(_ batches: inout TrainingBatches, asked: AxolotlConfiguration) throws {
    guard try FileStatus(at: events) != nil else { return }
    let bytes = try OpenFile.contents(of: events)
    guard bytes.count > offset else { return }
    guard let last = bytes.lastIndex(of: UInt8(ascii: "\n")), last >= offset else { return }
    let new = bytes[offset...last]
    offset = last + 1
    for line in new.split(separator: UInt8(ascii: "\n")) {
      let json = try JSONParser.parse(Array(line), source: events.path)
      try take(JSONField(json, source: events.path), &batches, asked)
    }
  }

  private mutating func take(
    _ event: JSONField, _ batches: inout TrainingBatches, _ asked: AxolotlConfiguration
  ) throws {
    switch try event["event"].string() {
    case "started":
      start = (clock.now, steps.count)
      try check(event["resolved"], asked)
      try listener.stated(
        "axolotl", ["facts": event.value ?? .null, "ignored": .array(ignored.map(JSON.string))])
    case "step": try takeStep(event, &batches)
    case "trained": isTrained = true
    case "stopped": isStopped = true
    case "saved" where isTrained && steps.count == batches.schedule.totalSteps:
      var files: [String: Digest] = [:]
      for (name, file) in try event["files"].members() {
        files[name] = try file["sha256"].digest()
      }
      saved = files
    default: break
    }
  }

  /// Compares what Axolotl made of each key with what it was told.
  private func check(_ resolved: JSONField, _ asked: AxolotlConfiguration) throws {
    for (key, value) in asked.keys {
      guard let found = resolved[key].value, value.objectValue == nil, value.arrayValue == nil,
        found != value
      else { continue }
      throw EngineError(
        .engineFailed,
        "Axolotl was told '\(key): \(PythonJSON.line(value))' and made '\(PythonJSON.line(found))' of it; it trains otherwise than the manifest says."
      )
    }
  }

  private mutating func takeStep(_ event: JSONField, _ batches: inout TrainingBatches) throws {
    let number = steps.count + 1
    guard try event["step"].integer() == number else {
      throw EngineError(
        .engineFailed,
        "Axolotl told of step \(try event["step"].integer()) of \(training.arm) where step \(number) was due."
      )
    }
    let step = try Self.step(event, epoch: batches.schedule.epoch(ofStep: number))
    let expected = SHA256.digest(of: try batches.bytes(ofStep: number))
    guard let batch = step.batchDigest, batch == expected else {
      throw EngineError(
        .engineFailed,
        "Step \(number) of \(training.arm) learned from other tokens than the manifest says: their digest is \(step.batchDigest?.hex ?? "none") and not \(expected). Look at the order and padding of Axolotl's data loader."
      )
    }
    try training.checkContract(batch, step: number)
    for (name, value) in step.values.sorted(by: { $0.key < $1.key }) where !value.isFinite {
      throw EngineError(
        .engineFailed,
        "Step \(number) of \(training.arm), seed \(training.seed), has the \(name.replacing("_", with: " ")) \(value): training diverged. Look at the learning rate and the precision."
      )
    }
    steps.append(step)
    tokens += step.values["total_tokens"] ?? 0
    let seconds = (clock.now - start.time) / .seconds(1)
    let total = batches.schedule.totalSteps
    try listener.trained(
      TrainingProgress(
        arm: training.arm, seed: training.seed, step: number, totalSteps: total,
        loss: step.values["loss"] ?? .nan, crossEntropy: step.values["cross_entropy"] ?? .nan,
        others: training.others.compactMap { other in
          other.steps[number - 1].values["cross_entropy"].map { (other.arm, $0) }
        },
        tokensPerSecond: tokens / seconds,
        secondsLeft: seconds / Double(number - start.step) * Double(total - number)), step)
  }

  private static func step(_ event: JSONField, epoch: Int) throws -> RunSummary.Step {
    var step = try RunSummary.Step(pluginEvent: event)
    step.values["epoch"] = Double(epoch)
    return step
  }
}
