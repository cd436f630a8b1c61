import ArgumentParser
import Files
import Foundation
import Manifests
import Replication
import Reports

/// What a certificate that runs can be resumed is made from, besides the named points.
struct CertificateOptions: ParsableArguments {
  @Option(help: "With --certificate: kills at random moments besides those at named points.")
  var random = 0

  @Option(help: "With --certificate: what the random moments are drawn from.")
  var seed: UInt64 = 1

  @Option(
    help: "With --certificate: file that gets the certificate as JSON.",
    completion: .file(extensions: ["json"]))
  var output: String?

  func validate() throws {
    guard (0...10_000).contains(random) else {
      throw ValidationError("--random is \(random); it has to be from 0 to 10000.")
    }
  }

  /// Whether any of it was given.
  var isAskedFor: Bool { random != 0 || seed != 1 || output != nil }

  /// Kills and resumes a manifest's run, and writes the certificate to its file.
  func certify(
    _ file: ManifestFile, steps: Int?, options: RunOptions
  ) async throws -> ResumeCertificate {
    if let output { try DeterminismLadder.prepareOutput(output) }
    let certificate = try await ResumeCertification(
      file, steps: steps, options: options,
      program: Bundle.main.executablePath ?? CommandLine.arguments[0], randomCount: random,
      randomSeed: seed
    ) { Console.error("· \($0)") }.run()
    if let output {
      try AtomicFile.write(Array(try OutcomeJSON.text(certificate.json).utf8), to: output)
    }
    return certificate
  }
}
