import ArgumentParser
import Assets
import Files
import Foundation
import LanguageModels
import Manifests
import Provenance
import Records
import Replication
import Reports
import Scoring
import Serving
import Tensors
import Tokenizers

/// How the process ends when a command has no outcome.
extension ExitStatus {
  /// Ends the process with what parsing the command line threw: help, version or a usage error.
  static func exitAfterParsing(_ error: any Error, of command: any ParsableCommand.Type) -> Never {
    let text = command.fullMessage(for: error)
    if command.exitCode(for: error).isSuccess {
      Console.output(ReportText(ownText: text))
      Foundation.exit(0)
    }
    // The message repeats arguments; all around it is ours.
    let message = command.message(for: error)
    end(
      with: usage, why: message,
      text: ReportText(
        ownText: text.replacingOccurrences(of: message, with: Printable.text(message))))
  }

  /// Ends the process with what a command threw while it worked, printed as the sentence that it is.
  static func exit(with error: any Error) -> Never {
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
    end(
      with: code, why: "\(prefix)\(error)", text: ReportText(error, prefix: "replicate: \(prefix)"),
      missing: (error as? AssetError)?.missing)
  }

  /// Ends the process with a sentence, and with one JSON object of the failure if the command line asks for one.
  static func end(
    with code: Int32, why: String, text: ReportText, missing: MissingInputs? = nil
  ) -> Never {
    Console.error(text)
    if CommandLineText.asksForJSON {
      try? Console.output(
        json: OutcomeJSON.failure(
          status: name(of: code), exitCode: code, why: why, missing: missing))
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
    case let error as RunError
    where [.notFound, .ambiguous, .occupied, .nothing].contains(error.code):
      usage
    case let error as RunError where [.damaged, .tampered].contains(error.code): tampered
    case let error as FileError where [.link, .noFolder].contains(error.code): usage
    case let error as ProvenanceError where error.code == .noRepository: usage
    case let error as ProvenanceError where error.code == .repository: unavailable
    case is AnchorError, is ServingError: unavailable
    case is InterchangeError: usage
    case let error as EvaluationError:
      switch error.code {
      case .unknownTask, .tooFewExamples, .invalidRequest, .invalidSample: usage
      case .invalidDocument, .invalidLanguageData, .missingLanguageData, .nonFiniteScore:
        unavailable
      }
    case let error as FileError where [.notFound, .unreadable, .truncated].contains(error.code):
      unavailable
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
