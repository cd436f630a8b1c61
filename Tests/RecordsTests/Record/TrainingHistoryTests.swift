import Files
import RecordFixtures
import TestSupport
import Testing

@testable import Provenance
@testable import Records

@Suite("Trainings as a log tells them")
struct TrainingHistoryTests {
  private static let key = SHA256.digest(of: "key")
  private static let weights = SHA256.digest(of: "weights")
  private static let one = RecordedEvent.ArmSeed(arm: "sft", seed: 1)
  private static let two = RecordedEvent.ArmSeed(arm: "sft", seed: .max)

  private static func started(_ arm: RecordedEvent.ArmSeed, _ settings: String = "")
    -> RecordedEvent
  {
    .trainingStarted(arm, key: key, configuration: settings)
  }

  private static func step(_ arm: RecordedEvent.ArmSeed, _ number: Int, _ loss: Double = 0)
    -> RecordedEvent
  {
    .trainingStep(arm, RunSummary.Step(number: number, batchDigest: key, values: ["loss": loss]))
  }

  /// What a log with these events tells.
  private func history(_ events: [RecordedEvent]) throws -> TrainingHistory {
    let fixtures = try RunFixtures()
    let record = try fixtures.begin()
    for event in events { try record.append(event) }
    return TrainingHistory(try RunHistory(recordAt: record.place, id: record.id))
  }

  @Test("A step that is done again counts as it was done last, and what came after it not at all")
  func again() throws {
    let (one, resumed) = (
      Self.one, RecordedEvent.trainingResumed(Self.one, afterStep: 1, checkpoint: Self.key)
    )
    let told = try history(
      [Self.started(one, "first")] + (1...3).map { Self.step(one, $0) }
        + [Self.started(one, "second"), resumed, Self.step(one, 2, 5)])
    let training = try #require(told[one])
    #expect(training.steps.map(\.number) == [1, 2])
    #expect(training.steps.last?.values == ["loss": 5])
    #expect(training.configuration == "second" && training.lastUntoldStep == 1)
    #expect(told.resumptions == 1 && training.weights == nil)
    // One that began anew went on from nowhere.
    let anew = [Self.started(one), Self.step(one, 1), Self.step(one, 2)]
    #expect(try history(anew + anew).resumptions == 0)
    #expect(try history(anew + anew)[one]?.steps.count == 2)
  }

  @Test(
    "Steps are those of their arm and seed; without a seed, of the arm's training that began last")
  func seeds() throws {
    let unsaid = RecordedEvent.ArmSeed(arm: "sft", seed: nil)
    let told = try history([
      Self.step(Self.one, 9), Self.step(unsaid, 9),
      Self.started(Self.one), Self.started(Self.two), Self.step(Self.one, 1),
      Self.step(unsaid, 1), Self.step(unsaid, 2), .trainingFinished(unsaid, weights: Self.weights),
    ])
    #expect(told.trainings.map(\.arm) == [Self.one, Self.two])
    #expect(told[Self.one]?.steps.count == 1 && told[Self.two]?.steps.count == 2)
    #expect(told[Self.one]?.weights == nil && told[Self.two]?.weights == Self.weights)
    #expect(Self.two.label == "sft.18446744073709551615")
  }

  @Test("A training that stands in for another was made by another run, which need tell no step")
  func reused() throws {
    let told = try history([
      .trainingReused(Self.one, key: Self.key, weights: Self.weights, checkpoints: [])
    ])
    let training = try #require(told[Self.one])
    #expect(training.started == nil && training.lastUntoldStep == .max)
    #expect(training.ends.map(\.isReused) == [true] && training.ends.map(\.session) == [0])
  }

  @Test(
    "Every event is read as it was written, and one that lacks something is an error that names its line"
  )
  func events() throws {
    let file = RecordFile(name: "a/b", byteCount: 3, digest: Self.key)
    let checkpoint = KeptCheckpoint(arm: "sft", seed: 1, step: 2, byteCount: 3, root: Self.key)
    let events: [RecordedEvent] = [
      .created(
        .init(
          id: "r", name: "n", identity: Self.key, identityBasis: ["a": 1], attempt: 2,
          manifestDigest: Self.weights)), .session(["threads": 1]), .fileAdded(file),
      .fileRemoved(file), .lineRemoved(["bytes": 3]),
      .inputs([RecordedInput(asset: "a", file: "f", digest: Self.key, byteCount: 1)]),
      .intent(lock: Self.key, commits: ["c"]), Self.started(Self.two, "settings"),
      Self.step(Self.one, 3, .nan), .trainingResumed(Self.one, afterStep: 2, checkpoint: Self.key),
      .checkpointKept(checkpoint), .trainingFinished(Self.one, weights: Self.weights),
      .trainingReused(Self.one, key: Self.key, weights: Self.weights, checkpoints: [checkpoint]),
      .evaluationFinished(
        .init(arm: "base", seed: nil), evaluation: "e", key: Self.key, samples: Self.weights),
      .sealed(["results": 1]), .unknown(type: "of-a-later-version", ["x": [1, 2]]),
    ]
    for (index, event) in events.enumerated() {
      let (type, data) = event.line
      let line = Event(index: index, time: "", type: type, data: data)
      let read = try RecordedEvent(line, source: "line \(index + 1)").line
      #expect(read.type == type && read.data == data)
      guard case .object(let members) = data, RecordedEvent.Kind(rawValue: type) != nil else {
        continue
      }
      if ["session-started", "sealed", "truncated-line-removed"].contains(type) { continue }
      for key in members.keys where !["seed", "identity_basis", "checkpoints"].contains(key) {
        var rest = members
        rest[key] = nil
        let broken = Event(index: index, time: "", type: type, data: .object(rest))
        #expect(throws: (any Error).self, "\(type) without \(key)") {
          try RecordedEvent(broken, source: "line \(index + 1)")
        }
      }
    }
  }
}
