import Assets
import Files
import Foundation
import Provenance
import Records
import Tensors

/// Examines whether runs can be made here, and whether this platform computes what it should.
package struct Examination: Sendable {
  private let artifacts: String
  private let variables: [String: String]

  /// Prepares to look at this machine.
  ///
  /// - Parameters:
  ///   - artifacts: The folder for downloads, unfinished work and records; need not exist.
  ///   - variables: Environment variables for the programs that downloads are made with, besides the inherited ones.
  package init(artifacts: String, variables: [String: String] = [:]) {
    self.artifacts = ContainedPath.absolute(artifacts)
    self.variables = variables
  }

  /// Looks at everything, in about a second; changes nothing.
  package func report() async -> DoctorReport {
    // The programs are asked while this process computes.
    async let pip = Self.answer(of: "python3", ["-m", "pip", "--version"], variables)
    async let curl = Self.answer(of: "curl", ["--version"], variables)
    let selfTests = InstructionSet.available.map(Self.selfTest)
    let environment = RunEnvironment.withLibraries(for: .openblas)
    let (code, digest) = (Version.code, try? RunEnvironment.executableDigest())
    let selected = InstructionSet.selected
    let checks =
      [
        Self.program(code: code, digest: digest), Self.system(environment),
        Self.processor(environment),
        Self.instructionSet(
          selected: selected, available: InstructionSet.available,
          wanted: ProcessInfo.processInfo.environment[InstructionSet.variableName]),
        Self.memory(environment),
      ]
      + Self.libraries(environment) + [
        Self.artifacts(artifacts), Self.disk(artifacts),
        Self.downloader("pip", await pip, needs: "Wheels", package: "python3-pip"),
        Self.downloader("curl", await curl, needs: "Files from the web", package: "curl"),
      ] + Self.engines(artifacts) + selfTests.map(Self.selfTest)
    return DoctorReport(
      checks: checks, environment: environment, code: code, programDigest: digest,
      selected: selected, selfTests: selfTests)
  }

  private static func selfTest(_ instructionSet: InstructionSet) -> DoctorReport.SelfTestResult {
    var answers = SelfTest(answers: [])
    let time = ContinuousClock().measure { answers = SelfTest.run(instructionSet) }
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    return DoctorReport.SelfTestResult(
      instructionSet: instructionSet, answers: answers, seconds: seconds)
  }

  /// The first line that a program prints, or why there is none.
  private static func answer(
    of program: String, _ arguments: [String], _ variables: [String: String]
  ) async -> Result<String, AssetError> {
    var output: [UInt8] = []
    do {
      let child = ChildProcess(program: program, arguments: arguments, environment: variables)
      let outcome = try await child.run { output += $0 }
      let text = outcome.status == 0 ? String(decoding: output, as: UTF8.self) : outcome.errorText
      let line = text.split(whereSeparator: \.isNewline).first.map(String.init)
      if let line, outcome.status == 0 { return .success(line) }
      let command = ([program] + arguments).joined(separator: " ")
      return .failure(
        AssetError(
          code: .downloadFailed,
          message: "`\(command)` ends with \(outcome.status): \(line ?? "it says nothing")"))
    } catch let error as AssetError {
      return .failure(error)
    } catch {
      return .failure(AssetError(code: .downloadFailed, message: "\(error)"))
    }
  }
}
