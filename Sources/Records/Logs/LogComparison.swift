package import Files
import Foundation

/// Compares what other engines logged in two runs and says where they first differ.
///
/// Two kinds of logs are known: `trainer_state.json` of Hugging Face's Trainer and of Axolotl on top of it, and the
/// samples and results of lm-evaluation-harness. Runs of the native engine are compared by the ladder instead.
package enum LogComparison {
  /// Compares the logs in two files or folders.
  ///
  /// - Parameters:
  ///   - a: The first one.
  ///   - b: The second one.
  ///   - dates: What the date of the run of the harness has to begin with on each side; nil for the newest in the folder.
  /// - Returns: Where they differ, if at all.
  /// - Throws: ``LogError`` if one of them is no log, is damaged, or if the two have nothing to compare.
  package static func compare(
    _ a: String, _ b: String, dates: (a: String?, b: String?) = (nil, nil)
  ) throws(LogError) -> LogDifference {
    switch (try LogSource.open(a, date: dates.a), try LogSource.open(b, date: dates.b)) {
    case (.training(let a), .training(let b)):
      return .training(try TrainingLogDifference(a, b))
    case (.evaluation(let a), .evaluation(let b)):
      return .evaluation(try EvaluationLogDifference(a, b))
    case (let a, let b):
      throw LogError(
        .unrelated, "Found \(a.kind) and \(b.kind); two logs of the same kind are needed.")
    }
  }
}

extension LogComparison {
  /// Whether a name is that of a file or folder that is there and is no record: of what another engine logged, if anything.
  package static func isPath(ofLog path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
      && ![RecordFile.summary, RecordFile.events].contains {
        FileManager.default.fileExists(atPath: "\(path)/\($0)")
      }
  }
}

/// Where and how the logs of two runs differ: the one value that text, JSON and the exit code are made from.
package enum LogDifference: Sendable, Equatable {
  /// Two training logs.
  case training(TrainingLogDifference)
  /// Two outputs of lm-evaluation-harness.
  case evaluation(EvaluationLogDifference)

  /// Whether everything that was compared is the same bit by bit.
  package var isIdentical: Bool {
    switch self {
    case .training(let difference): difference.isIdentical
    case .evaluation(let difference): difference.isIdentical
    }
  }

  /// 0 if all of it is the same, 6 if anything differs.
  package var exitCode: Int32 {
    isIdentical ? ExitStatus.success : ExitStatus.nondeterministic
  }

  /// The difference for a person: the first one in the first line, then a summary; no line feed at the end.
  package var text: ReportText {
    switch self {
    case .training(let difference): difference.text
    case .evaluation(let difference): difference.text
    }
  }

  /// The difference as one JSON object.
  package var json: JSON {
    var object =
      switch self {
      case .training(let difference): difference.json.objectValue ?? JSON.Object()
      case .evaluation(let difference): difference.json.objectValue ?? JSON.Object()
      }
    object["schema"] = "replicate/log-diff/v1"
    object["exit_code"] = JSON(Int(exitCode))
    return .object(object)
  }
}

/// A file or folder that was compared.
package struct LogFile: Sendable, Equatable {
  /// Its path.
  package let path: String
  /// Why it was taken, if something with several was named.
  package let choice: String?

  /// The path and the reason in words.
  var text: String { choice.map { "\(path) (\($0))" } ?? path }

  /// The file as JSON.
  var json: JSON { ["choice": JSON(choice), "path": .string(path)] }
}
