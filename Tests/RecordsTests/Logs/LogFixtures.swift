import Files
import Foundation
import Provenance
import TestSupport
import Testing

@testable import Records

/// Logs for tests: recorded ones, and small ones made to measure.
enum LogFixtures {
  /// The recorded log of a run of Hugging Face's Trainer: "batch", "accumulated" or "diverged".
  static func trainer(_ run: String) throws -> String {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return folder.appendingPathComponent("logs/\(run)").path
  }

  /// The folder that REPLICATE_SHARED names, if there is one.
  static var shared: String? {
    namedFolder("REPLICATE_SHARED")
  }

  /// The text of a trainer_state.json with these entries.
  static func trainerState(_ entries: [String], _ more: String = "") -> [UInt8] {
    Array("{\"log_history\": [\(entries.joined(separator: ",\n"))]\(more)}\n".utf8)
  }

  /// A line of a samples file for a multiple-choice task with two choices.
  static func choice(
    _ document: Int, _ logLikelihoods: [String] = ["-1.5", "-2.25"], question: String = "q",
    prompt: String = "p", score: String = "1.0"
  ) -> String {
    let pairs = logLikelihoods.map { "[\"\($0)\", \"False\"]" }
    return """
      {"doc_id": \(document), "doc": {"question": "\(question)\(document)"}, "target": "0", \
      "arguments": {"gen_args_0": {"arg_0": "\(prompt)", "arg_1": " a"}, \
      "gen_args_1": {"arg_0": "\(prompt)", "arg_1": " b"}}, \
      "resps": [\(pairs.map { "[\($0)]" }.joined(separator: ", "))], \
      "filtered_resps": [\(pairs.joined(separator: ", "))], "filter": "none", \
      "metrics": ["acc"], "doc_hash": "d", "prompt_hash": "h", "target_hash": "t", \
      "acc": \(score)}
      """
  }

  /// A line of a samples file for a task that generates text.
  static func generation(
    _ document: Int, filter: String, answer: String = "text", filtered: String = "18",
    score: String = "1.0", until: String = "\\n"
  ) -> String {
    """
    {"doc_id": \(document), "doc": {"question": "q\(document)"}, "target": "18", \
    "arguments": {"gen_args_0": {"arg_0": "p", "arg_1": {"until": ["\(until)"]}}}, \
    "resps": [["\(answer)"]], "filtered_resps": ["\(filtered)"], "filter": "\(filter)", \
    "metrics": ["exact_match"], "exact_match": \(score)}
    """
  }

  /// Lines as the bytes of a file.
  static func file(_ lines: [String]) -> [UInt8] {
    Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  /// The text of a results file.
  static func results(_ scores: String, config: String = "{}") -> [UInt8] {
    Array(
      "{\"results\": {\(scores)}, \"config\": \(config), \"versions\": {}, \"date\": 1.5}".utf8)
  }
}

extension TemporaryFolder {
  /// Writes two files and compares them.
  func compare(_ a: [UInt8], _ b: [UInt8]) throws -> LogDifference {
    try LogComparison.compare(write(a, to: "a"), write(b, to: "b"))
  }

  /// Compares two training logs with these entries.
  func compareTraining(_ a: [String], _ b: [String]) throws -> TrainingLogDifference {
    let difference = try compare(LogFixtures.trainerState(a), LogFixtures.trainerState(b))
    guard case .training(let training) = difference else {
      throw LogError(.unknownKind, "\(difference) is not of training logs.")
    }
    return training
  }

  /// Compares two samples files with these lines.
  func compareSamples(_ a: [String], _ b: [String]) throws -> TaskComparison {
    let difference = try compare(LogFixtures.file(a), LogFixtures.file(b))
    guard case .evaluation(let evaluation) = difference else {
      throw LogError(.unknownKind, "\(difference) is not of evaluations.")
    }
    return try #require(evaluation.tasks.first)
  }
}

/// The error that `body` throws; records an issue if it throws none or another one.
func logError(
  _ code: LogError.Code, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) -> String {
  do {
    try body()
    Issue.record("No error was thrown.", sourceLocation: sourceLocation)
  } catch let error as LogError {
    #expect(error.code == code, "\(error.message)", sourceLocation: sourceLocation)
    return error.message
  } catch {
    Issue.record("Another error was thrown: \(error)", sourceLocation: sourceLocation)
  }
  return ""
}
