import ArgumentParser
import Foundation
import Provenance
import Replication

/// What is done with verdicts besides printing them.
struct JudgingOptions: ParsableArguments {
  @Option(help: "File that gets the verdicts as JUnit XML.", completion: .file())
  var junit: String?

  @Flag(help: "Count what was not decided or not tested as failures of the JUnit file.")
  var strict = false

  @Flag(help: "End with 0 when the only fault is that nobody can tell (INCONCLUSIVE, UNTESTABLE).")
  var allowInconclusive = false

  func validate() throws {
    if strict && junit == nil { throw ValidationError("--strict says something of --junit only.") }
  }

  /// Writes the JUnit file and, in a GitHub workflow, annotations and the summary of the step.
  ///
  /// - Parameters:
  ///   - judgement: the verdicts.
  ///   - file: the file that annotations point to, if there is one.
  ///   - seconds: what it took to come to them.
  /// - Throws: `ProvenanceError` when a file cannot be written.
  func write(_ judgement: Judgement, file: String?, seconds: Double) throws {
    if let junit {
      let text = VerdictJUnit.text(
        judgement, seconds: seconds, timestamp: Date.now.formatted(.iso8601), strict: strict)
      try AtomicFile.write(Array(text.utf8), to: junit)
    }
    let environment = ProcessInfo.processInfo.environment
    guard environment["GITHUB_ACTIONS"] == "true" else { return }
    // Workflow commands are read from both streams; standard output may have to be one JSON object.
    Console.error(GitHubReport.annotations(judgement, file: file))
    if let path = environment["GITHUB_STEP_SUMMARY"], !path.isEmpty {
      try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_APPEND)
        .write(Array(GitHubReport.summary(judgement).utf8))
    }
  }
}
