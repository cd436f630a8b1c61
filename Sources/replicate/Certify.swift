import ArgumentParser
import Files
import Foundation
import Replication

struct Certify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Kill a run at many points, resume it, and certify that every byte is the same.",
    discussion: """
      A run is killed (SIGKILL) inside checkpoints, between optimizer and log, in evaluations and while it is sealed, \
      resumed each time, and compared with one that nobody disturbed. Ends with 6 if a byte differs.
      """)

  @OptionGroup var manifest: ManifestArgument
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions

  @Option(help: "Shorten training to this many steps, and evaluation to few documents.")
  var steps: Int?

  @Option(help: "Kills at random moments besides those at named points.")
  var random = 0

  @Option(help: "What the random moments are drawn from.")
  var seed: UInt64 = 1

  @Option(help: "File that gets the certificate as JSON.", completion: .file(extensions: ["json"]))
  var output: String?

  func validate() throws {
    if let steps, steps < 1 {
      throw ValidationError("--steps is \(steps); it has to be at least 1.")
    }
    guard (0...10_000).contains(random) else {
      throw ValidationError("--random is \(random); it has to be from 0 to 10000.")
    }
  }

  func run() async throws {
    let file = try manifest.read()
    if let output { try DeterminismLadder.prepareOutput(output) }
    let certificate = try await ResumeCertification(
      file, steps: steps, options: inputs.apply(to: execution.options),
      program: Bundle.main.executablePath ?? CommandLine.arguments[0], randomCount: random,
      randomSeed: seed
    ) { Console.error("· \($0)") }.run()
    if let output {
      try AtomicFile.write(Array(try OutcomeJSON.text(certificate.json).utf8), to: output)
    }
    if execution.json {
      try Console.output(json: certificate.json)
    } else {
      Console.output(certificate.text)
    }
    if certificate.exitCode != 0 { throw ExitCode(certificate.exitCode) }
  }
}
