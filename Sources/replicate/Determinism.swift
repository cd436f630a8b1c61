import ArgumentParser
import Files
import Foundation
import Manifests
import Records
import Replication
import Reports

struct Determinism: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Verify that results do not change a bit, rung by rung, and name the first that does.",
    discussion: """
      D0 twice in one process, D1 a new process, D2 threads 1, 2, 3 and all, D3 evaluation batch sizes, packing and \
      order, D4 kill and resume, D5 the golden file of another machine, D6 every instruction set of this CPU. \
      Ends with 6 if anything differs, and with 7 if a rung that was named cannot be verified. With \
      --certificate a run is killed (SIGKILL) inside checkpoints, between optimizer and log, in evaluations and while it \
      is sealed instead, resumed each time, and compared with one that nobody disturbed; ends with 6 if a byte differs.
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

  @OptionGroup var shortening: StepsOption

  @Flag(help: "Kill a run at many points, resume it, and certify that every byte is the same.")
  var certificate = false

  @OptionGroup var certification: CertificateOptions
  @OptionGroup var printing: PrintingOptions

  // What `replicate diff A B` was called in version 0.1; it works for a release.
  @Option(parsing: .upToNextOption, help: .hidden) var logs: [String] = []

  func validate() throws {
    guard logs.isEmpty else {
      guard logs.count == 2, name == nil else {
        throw ValidationError("--logs takes exactly two files or folders, and no manifest.")
      }
      guard [ladder, against, record, junit].allSatisfy({ $0 == nil }), shortening.steps == nil
      else {
        throw ValidationError("--logs goes with --json alone.")
      }
      return
    }
    guard name != nil else { throw ValidationError("Name a manifest.") }
    if certificate, ![ladder, against, record, junit].allSatisfy({ $0 == nil }) {
      throw ValidationError(
        "--certificate climbs no ladder; leave out --ladder, --against, --record and --junit.")
    }
    if !certificate, certification.isAskedFor {
      throw ValidationError("--random, --seed and --output say something of --certificate only.")
    }
  }

  func run() async throws {
    guard let name else { return try report(LogComparison.compare(logs[0], logs[1])) }
    let file = try ManifestCatalog.standard.manifest(name)
    if certificate {
      return try report(
        await certification.certify(
          file, steps: shortening.steps, options: inputs.apply(to: execution.options)))
    }
    try report(await outcome(of: file))
  }

  private func outcome(of file: ManifestFile) async throws -> LadderOutcome {
    var settings = DeterminismLadder.Settings(
      program: Bundle.main.executablePath ?? CommandLine.arguments[0])
    settings.rungs = try ladder.map { try Rung.ladder($0) }
    (settings.golden, settings.record, settings.steps) = (against, record, shortening.steps)
    for path in [record, junit] {
      if let path { try DeterminismLadder.prepareOutput(path) }
    }
    let terminal = TerminalReport(style: Console.style, write: Console.error)
    let show: @Sendable (ReportText) -> Void = { [isJSON = printing.json] text in
      if isJSON { Console.error(text) } else { Console.output(text) }
    }
    show(LadderText.beginning(file.manifest.name, steps: shortening.steps))
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
    StopSignals.shared.endAtOnce {
      verification.removeWorkFolder()
      let sentence = "Interrupted; the same command begins anew."
      ExitStatus.end(
        with: ExitStatus.interrupted, why: sentence, text: "replicate: \(sentence)")
    }
    let outcome = try await verification.run()
    terminal.finish()
    if printing.json { Console.error(outcome.text) }
    do {
      if let junit { try AtomicFile.write(Array(LadderJUnit.text(outcome).utf8), to: junit) }
    } catch {
      // That results differ is the more important news.
      guard outcome.exitCode != ExitStatus.success else { throw error }
      Console.error(ReportText(error, prefix: "replicate: "))
    }
    return outcome
  }
}

/// To how many steps a training is shortened.
struct StepsOption: ParsableArguments {
  @Option(help: "Shorten training to this many steps, and evaluation to few documents.")
  var steps: Int?

  func validate() throws {
    if let steps, steps < 1 {
      throw ValidationError("--steps is \(steps); it has to be at least 1.")
    }
  }
}
