import ArgumentParser
import Files
import Foundation
import LanguageModels
import Provenance
import Replication
import Scoring
import Tensors
import Tokenizers

/// A command that prints exactly one JSON object when it is asked to, whatever happens.
protocol ReportingCommand: ParsableCommand {
  /// Whether it is asked to.
  var json: Bool { get }
}

/// The documented exit codes of commands.
enum ExitStatus {
  /// Usage, manifest or schema error.
  static let usage: Int32 = 2
  /// A digest that is not the pinned or recorded one.
  static let tampered: Int32 = 3
  /// A run that did not finish and can be resumed.
  static let incomplete: Int32 = 5
  /// Results that differ although the determinism contract promises that they do not.
  static let nondeterministic: Int32 = 6
  /// An input that cannot be had here.
  static let unavailable: Int32 = 7
  /// Stopped by the user.
  static let interrupted: Int32 = 130

  /// Ends the process with what parsing the command line threw: help, version or a usage error.
  static func exitAfterParsing(_ error: any Error, of command: any ParsableCommand.Type) -> Never {
    let text = command.fullMessage(for: error)
    if command.exitCode(for: error).isSuccess {
      Console.output(ReportText(ownText: text))
      Foundation.exit(0)
    }
    // The message repeats arguments; all around it is ours.
    let message = command.message(for: error)
    Console.error(
      ReportText(ownText: text.replacingOccurrences(of: message, with: Printable.text(message))))
    Foundation.exit(usage)
  }

  /// Ends the process with what a command threw while it worked, printed as the sentence that it is.
  ///
  /// A command that was to print one JSON object prints one of the failure.
  static func exit(with error: any Error, from parsed: any ParsableCommand) -> Never {
    if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
    // Help is a command of the parser's own, which throws its text.
    if Replicate.exitCode(for: error).isSuccess { exitAfterParsing(error, of: Replicate.self) }
    let wasStopped = StopSignals.shared.interruption.isRequested
    let error = error is CancellationError ? EngineError.interrupted : error
    let cause = code(of: error)
    // What fails because it is being stopped was stopped.
    let code = wasStopped && [incomplete, unavailable].contains(cause) ? interrupted : cause
    // One exit code is also that of INVALID.
    let prefix = code == tampered ? "\(name(of: code)): " : ""
    Console.error(ReportText(error, prefix: "replicate: \(prefix)"))
    if let reporting = parsed as? any ReportingCommand, reporting.json {
      try? Console.output(
        json:
          OutcomeJSON.failure(
            status: name(of: code), exitCode: code, why: "\(prefix)\(error)",
            missing: (error as? AssetError)?.missing))
    }
    Foundation.exit(code)
  }

  /// The word for a failure that ends a command before it has a result.
  private static func name(of code: Int32) -> String {
    switch code {
    case usage: "USAGE"
    case tampered: "TAMPERED"
    case nondeterministic: "NONDETERMINISTIC"
    case unavailable: "UNAVAILABLE"
    case interrupted: "INTERRUPTED"
    default: "INCOMPLETE"
    }
  }

  private static func code(of error: any Error) -> Int32 {
    switch error {
    case is ManifestError, is LogError: usage
    case let error as ShortageError: error.kind == .memory ? incomplete : unavailable
    case let error as EvaluationCommandError: error.code == .missingData ? unavailable : usage
    case let error as RunError where [.notFound, .ambiguous, .occupied].contains(error.code): usage
    case let error as RunError where [.damaged, .tampered].contains(error.code): tampered
    case let error as FileError where error.code == .link: usage
    case let error as ProvenanceError where error.code == .noRepository: usage
    case let error as ProvenanceError where error.code == .repository: unavailable
    case is AnchorError: unavailable
    case is InterchangeError: usage
    case let error as EvaluationError:
      switch error.code {
      case .unknownTask, .tooFewExamples, .invalidRequest, .invalidSample: usage
      case .invalidDocument, .invalidLanguageData, .missingLanguageData, .nonFiniteScore:
        unavailable
      }
    case let error as FileError where [.unreadable, .truncated].contains(error.code): unavailable
    case is ModelFileError, is TensorFileError, is TokenizerError: unavailable
    case let error as DeterminismError where [.ladder, .golden, .output].contains(error.code): usage
    case let error as AssetError:
      switch error.code {
      case .invalidAsset: usage
      case .wrongDigest: tampered
      default: unavailable
      }
    case let error as EngineError where error.code == .interrupted: interrupted
    default: incomplete
    }
  }
}
