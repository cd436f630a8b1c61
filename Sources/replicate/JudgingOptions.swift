import ArgumentParser
import Files
import Foundation
import Manifests
import Provenance
import Records
import Replication
import Reports

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
  ///   - records: what was judged.
  ///   - expectations: what it was judged by; annotations point to its lines.
  ///   - seconds: what it took to come to them.
  /// - Throws: `FileError` when a file cannot be written.
  func write(
    _ judgement: Judgement, of records: [SealedRecord], by expectations: ExperimentFile?,
    seconds: Double
  ) throws {
    if let junit {
      let digests = records.map { (name: "record \($0.id)", value: "sha256:\($0.digest)") }
      let origin = expectations.map { [(name: "expectations sha256", value: "\($0.sha256)")] }
      let text = VerdictJUnit.text(
        judgement, name: records.first?.name ?? judgement.name, seconds: seconds,
        timestamp: Date.now.formatted(.iso8601), strict: strict,
        properties: digests + (origin ?? []))
      try AtomicFile.write(Array(text.utf8), to: junit)
    }
    let environment = ProcessInfo.processInfo.environment
    guard environment["GITHUB_ACTIONS"] == "true" else { return }
    // Workflow commands are read from both streams; standard output may have to be one JSON object.
    let folder =
      environment["GITHUB_WORKSPACE"] ?? FileManager.default.currentDirectoryPath
    Console.error(
      GitHubReport.annotations(
        judgement, file: expectations.map { Self.path($0.path, in: folder) },
        lines: expectations?.lines ?? [:]))
    if let path = environment["GITHUB_STEP_SUMMARY"], !path.isEmpty {
      try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_APPEND)
        .write(Array(GitHubReport.summary(judgement).utf8))
    }
  }

  /// A path as annotations need it: from the folder of the repository, if it lies there.
  private static func path(_ path: String, in folder: String) -> String {
    let path = URL(filePath: path).standardizedFileURL.path
    let folder = URL(filePath: folder).standardizedFileURL.path
    let start = folder.hasSuffix("/") ? folder : folder + "/"
    return path.hasPrefix(start) ? String(path.dropFirst(start.count)) : path
  }
}
