import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Records
@testable import Replication

/// What a run says, and what it leaves, where Axolotl does not do its work; programs stand in its place.
@Suite("A run whose Axolotl fails") struct AxolotlFaultTests {
  private let toy: AxolotlToy

  init() throws { toy = try AxolotlToy(version: "0.19.0") }

  /// What a run with this program in the place of Axolotl says.
  private func message(_ script: String, _ notes: Notes = Notes()) async throws -> String {
    let options = toy.options("fault")
    try toy.install(script, options)
    return await toy.failure(try toy.manifest("fault", engine: "axolotl"), options, notes.take)
  }

  @Test(
    "says in a sentence how it ended, how far it came, and the last lines of its log",
    arguments: [
      ("exit 0", "ended as if all were well", "It printed nothing."),
      ("echo rubbish; exit 7", "ended with status 7", "axolotl.log: rubbish |"),
      ("printf 'a\\rb\\377\\033[2J\\n\\n'; exit 1", "ended with status 1", "axolotl.log: a | b"),
      ("kill -SEGV $$", "was ended by signal 11", "It printed nothing."),
      ("kill -KILL $$", "was ended by signal 9", "It printed nothing."),
      (
        "echo 'OSError: [Errno 28] No space left on device'; exit 1", "ended with status 1",
        "No space left on device |"
      ),
      ("exec /nonexistent/python", "ended with status 127", "not found"),
    ])
  func ends(script: String, how: String, log: String) async throws {
    let message = try await message(script)
    #expect(message.hasPrefix("Axolotl \(how), but did not finish the training of sft: 0 of 20"))
    #expect(message.contains(log), "\(message)")
    #expect(message.hasSuffix("The same command goes on at the last checkpoint."), "\(message)")
  }

  @Test(
    "ends it as soon as it tells what was not asked for",
    arguments: [
      ("echo rubbish >> \"$folder/events.jsonl\"; sleep 600", "events.jsonl, line 1, column 1"),
      (
        #"echo '{"event": "started", "resolved": {"seed": 7}}' >> "$folder/events.jsonl"; sleep 600"#,
        "Axolotl was told 'seed: 42' and made '7' of it"
      ),
    ])
  func garbage(script: String, expected: String) async throws {
    let message = try await message(script)
    #expect(message.contains(expected), "\(message)")
  }

  @Test("does not begin where the environment is not the one that was asked for")
  func environments() async throws {
    func message(_ name: String, _ packages: [String], axolotl: String? = nil) async throws
      -> String
    {
      let options = toy.options(name)
      try toy.install("exit 0", packages: packages, axolotl: axolotl, options)
      return await toy.failure(try toy.manifest(name, engine: "axolotl"), options)
    }
    let all = ["torch-2.13.0", "transformers-5.16.1", "accelerate-1.13.0"]
    let missing = try await message("missing", Array(all.dropFirst()))
    #expect(missing.contains("lacks the package torch"), "\(missing)")
    let wrong = try await message("wrong", all, axolotl: "0.18.0")
    #expect(wrong.contains("has Axolotl 0.18.0 and not 0.19.0"), "\(wrong)")
    for text in [missing, wrong] { #expect(text.contains("engine setup axolotl"), "\(text)") }
    let none = await toy.failure(
      try toy.manifest("none", engine: "axolotl"), toy.options("none"))
    #expect(none.contains("Axolotl 0.19.0 is not installed"), "\(none)")
  }

  // MARK: - Going on

  /// A program that does what the plugin does with lines that were made before: some steps, and checkpoints.
  private func script(steps: Int, checkpoint: Int, isWhole: Bool, end: String) -> String {
    """
    echo '{"event": "started", "resolved": {}}' >> "$folder/events.jsonl"
    sed -n "$((${first:-0} + 1)),\(steps)p" '\(toy.folder.path(of: "lines"))' >> "$folder/events.jsonl"
    point="$folder/out/checkpoint-\(checkpoint)"
    mkdir -p "$point"
    printf state > "$point/trainer_state.json"
    sum=$(sha256sum "$point/trainer_state.json" | cut -d ' ' -f 1)
    \(isWhole ? "" : "exit 1")
    printf '{"step": \(checkpoint), "files": {"trainer_state.json": {"bytes": 5, "sha256": "%s"}}}' "$sum" > "$point/replicate.json"
    \(end)
    """
  }

  /// What ends a training well: the weights, which here are those that it began with.
  private static let saving = """
    cp "$folder/model/"* "$folder/out"
    sum=$(sha256sum "$folder/out/model.safetensors" | cut -d ' ' -f 1)
    echo '{"event": "trained", "step": 20}' >> "$folder/events.jsonl"
    printf '{"event": "saved", "files": {"model.safetensors": {"bytes": 1, "sha256": "%s"}}}\\n' "$sum" >> "$folder/events.jsonl"
    """

  /// What a measurement leaves.
  private static let measuring =
    #"echo '{"loss": [1e-7], "gradient_norm": [1e-7], "weights": 1e-7}' > "$2/rounding.json""#

  @Test("goes on at its last whole checkpoint, with the batches of the native engine, and seals")
  func goesOn() async throws {
    let native = try await toy.run(
      try toy.manifest("native", engine: "native"), toy.options("native"))
    let steps = try #require(native.summary.arms.first { !$0.steps.isEmpty }).steps
    let lines = steps.map { step in
      let values = step.values.filter { $0.key != "epoch" }.sorted { $0.key < $1.key }
      return PythonJSON.line(
        JSON(
          present: [
            ("event", "step"), ("step", JSON(step.number)),
            ("batch", JSON(step.batchDigest?.hex)),
          ] + values.map { ($0.key, .number($0.value)) })) + "\n"
    }
    try put(Array(lines.joined().utf8), toy.folder.path(of: "lines"))

    let (file, options, notes) = (
      try toy.manifest("broken", engine: "axolotl", axolotl: "  measure_rounding: true\n"),
      toy.options("broken"), Notes()
    )
    func failure(_ script: String, python: String = "exit 1") async throws -> String {
      try toy.install(script, python: python, options)
      return await toy.failure(file, options, notes.take)
    }
    let killed = try await failure(
      script(steps: 8, checkpoint: 5, isWhole: true, end: "kill -KILL $$"))
    #expect(killed.contains("was ended by signal 9") && killed.contains("8 of 20 steps"))

    // Whoever started it may be gone, and it still trains.
    let work = ContainedPath(root: "\(options.artifacts)/work")
    let events = try #require(
      toy.folder.files().first { $0.contains("/work/") && $0.hasSuffix("/events.jsonl") })
    let training = ContainedPath(
      root: URL(filePath: toy.folder.path(of: events)).deletingLastPathComponent().path)
    do {
      let lock = try FileLock(path: training.appending("running"))
      defer { withExtendedLifetime(lock) {} }
      let second = try await failure("exit 0")
      #expect(second.contains("still trains in \(work.path)"), "\(second)")
    }

    // A checkpoint that is not whole is no place to go on from.
    let half = try await failure(script(steps: 16, checkpoint: 15, isWhole: false, end: ""))
    #expect(half.contains("16 of 20 steps"), "\(half)")
    #expect(notes.text.contains("goes on after step 5"), "\(notes.text)")
    let whole = script(steps: 20, checkpoint: 20, isWhole: true, end: Self.saving)
    // What rounding does to the training is measured before it counts as done.
    let unmeasured = try await failure(whole, python: "echo no room; exit 3")
    #expect(
      unmeasured.contains("is done, but repeating it in fp32 and in fp64 ended with status 3")
        && unmeasured.contains("no room"), "\(unmeasured)")
    try toy.install(whole, python: Self.measuring, options)
    let record = try await toy.run(file, options, notes.take)
    // Either record may have it.
    for (a, b) in [(record, native), (native, record)] {
      let distances = try RecordDifference(a, b).distances
      #expect(distances.map { $0.json["limits_are_measured"] } == [true, true])
    }
    #expect(notes.text.contains("the checkpoint after step 15 is passed over"), "\(notes.text)")
    for arm in record.summary.arms where !arm.steps.isEmpty {
      #expect(arm.steps == steps)
    }
    #expect(try record.findings().isEmpty && record.engines == ["axolotl"])
  }
}

/// Takes the notes of a run.
private final class Notes: Sendable {
  private let notes = Mutex<[String]>([])

  var text: String { notes.withLock { $0.joined(separator: "\n") } }

  func take(_ event: RunEvent) {
    if case .note(let text) = event { notes.withLock { $0.append(text) } }
  }
}
