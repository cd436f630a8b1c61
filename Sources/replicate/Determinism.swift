import ArgumentParser
import Dispatch
import Files
import Foundation
import Replication

struct Determinism: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Verify that results do not change a bit, rung by rung, and name the first that does.",
    discussion: """
      D0 twice in one process, D1 a new process, D2 threads 1, 2, 3 and all, D3 evaluation batch sizes, packing and \
      order, D4 kill and resume, D5 the golden file of another machine, D6 every instruction set of this CPU. \
      Ends with 6 if anything differs, and with 7 if a rung that was named cannot be verified. With --logs, compares what other engines logged instead.
      """)

  @Argument(
    help: "Name of a manifest, or the path of a YAML file.", completion: .file(extensions: ["yaml"])
  )
  var name: String?

  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions

  @Option(help: "Rungs, as in D0..D4 or D2 or D0,D6 (default: all that can be verified here).")
  var ladder: String?

  @Option(
    help: "Golden file for D5 (default: artifacts/golden/NAME.json beside the manifests).",
    completion: .file(extensions: ["json"]))
  var against: String?

  @Option(help: "Write a golden file of this execution.", completion: .file(extensions: ["json"]))
  var record: String?

  @Option(help: "Write the results as JUnit XML.", completion: .file(extensions: ["xml"]))
  var junit: String?

  @Option(help: "Shorten training to this many steps, and evaluation to few documents.")
  var steps: Int?

  @Option(
    parsing: .upToNextOption,
    help:
      "Two trainer_state.json files, or two sample folders of lm-evaluation-harness, to compare.",
    completion: .file())
  var logs: [String] = []

  func validate() throws {
    guard logs.isEmpty else {
      guard logs.count == 2, name == nil else {
        throw ValidationError("--logs takes exactly two files or folders, and no manifest.")
      }
      guard [ladder, against, record, junit].allSatisfy({ $0 == nil }), steps == nil else {
        throw ValidationError("--logs goes with --json alone.")
      }
      return
    }
    guard name != nil else { throw ValidationError("Name a manifest, or two logs with --logs.") }
    if let steps, steps < 1 {
      throw ValidationError("--steps is \(steps); it has to be at least 1.")
    }
  }

  func run() async throws {
    guard let name else { return try compareLogs() }
    let file = try ManifestCatalog.standard.manifest(name)
    var settings = DeterminismLadder.Settings(
      program: Bundle.main.executablePath ?? CommandLine.arguments[0])
    settings.rungs = try ladder.map { try Rung.ladder($0) }
    (settings.golden, settings.record, settings.steps) = (against, record, steps)
    for path in [record, junit] {
      if let path { try DeterminismLadder.prepareOutput(path) }
    }
    let terminal = TerminalReport(style: Console.style, write: Console.error)
    let show: @Sendable (ReportText) -> Void = { [isJSON = execution.json] text in
      if isJSON { Console.error(text) } else { Console.output(text) }
    }
    show(LadderText.beginning(file.manifest.name, steps: steps))
    let verification = DeterminismLadder(
      file, options: inputs.apply(to: execution.options), settings: settings
    ) { event in
      switch event {
      case .asset(let event): terminal.show(.asset(event))
      case .note(let text): terminal.show(.note(text))
      case .rung(let result): show(LadderText.text(result))
      }
    }
    // Its child processes end with this one.
    StopSignals.shared.endAtOnce { verification.removeWorkFolder() }
    let outcome = try await verification.run()
    terminal.finish()
    show(LadderText.conclusion(outcome))
    if execution.json { try Console.output(json: LadderJSON.json(outcome)) }
    do {
      if let junit { try AtomicFile.write(Array(LadderJUnit.text(outcome).utf8), to: junit) }
    } catch {
      // That results differ is the more important news.
      guard outcome.exitCode != 0 else { throw error }
      Console.error(ReportText(error, prefix: "replicate: "))
    }
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }

  private func compareLogs() throws {
    let difference = try LogComparison.compare(logs[0], logs[1])
    if execution.json {
      try Console.output(json: difference.json)
    } else {
      Console.output(difference.text)
    }
    if !difference.isIdentical { throw ExitCode(ExitStatus.nondeterministic) }
  }
}

/// What `determinism` runs in processes of their own.
struct DeterminismTrace: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "determinism-trace",
    abstract: "One execution of the ladder, for `determinism`.", shouldDisplay: false)

  @OptionGroup var manifest: ManifestArgument
  @Argument(help: "What is executed and how.") var request: String
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions
  @Option(help: "File that gets the trace.") var output: String

  func run() async throws {
    try ParentProcess.follow()
    try await TracedChild(
      try manifest.read(), options: inputs.apply(to: execution.options), request: request
    ).run(output: output)
  }
}

/// A run that `determinism` kills and resumes.
struct DeterminismRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "determinism-run",
    abstract: "One run of the ladder that may kill itself, for `determinism`.",
    shouldDisplay: false)

  @OptionGroup var manifest: ManifestArgument
  @Argument(help: "What is run, and where it is killed.") var request: String
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions

  func run() async throws {
    try ParentProcess.follow()
    try await KillableRun(
      try manifest.read(), options: inputs.apply(to: execution.options), request: request
    ).run()
  }
}
