import ArgumentParser
import Evaluation
import Foundation
import LanguageModels
import Provenance
import Replication
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
    let text = command.fullMessage(for: error) + "\n"
    if command.exitCode(for: error).isSuccess {
      Console.output(text)
      Foundation.exit(0)
    }
    Console.error(text)
    Foundation.exit(usage)
  }

  /// Ends the process with what a command threw while it worked, printed as the sentence that it is.
  ///
  /// A command that was to print one JSON object prints one of the failure.
  static func exit(
    with error: any Error, from parsed: any ParsableCommand, of command: any ParsableCommand.Type
  ) -> Never {
    if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
    // Help is a command of the parser's own, which throws its text.
    if command.exitCode(for: error).isSuccess { exitAfterParsing(error, of: command) }
    let code = code(of: error)
    // One exit code is also that of INVALID.
    let sentence = code == tampered ? "\(name(of: code)): \(error)" : "\(error)"
    Console.error("replicate: \(sentence)\n")
    if let reporting = parsed as? any ReportingCommand, reporting.json {
      let failure = OutcomeJSON.failure(
        status: name(of: code), exitCode: code, why: sentence,
        missing: (error as? AssetError)?.missing)
      Console.output((try? OutcomeJSON.text(failure)) ?? "")
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
    case let error as EvaluationCommandError: error.code == .missingData ? unavailable : usage
    case let error as RunError where [.notFound, .ambiguous, .occupied].contains(error.code): usage
    case let error as RunError where [.damaged, .tampered].contains(error.code): tampered
    case let error as ProvenanceError where error.code == .noRepository: usage
    case let error as ProvenanceError where error.code == .repository: unavailable
    case let error as AnchorError: error.code == .damaged ? tampered : unavailable
    case let error as InterchangeError: error.code == .missingLanguageData ? unavailable : usage
    case let error as EvaluationError:
      switch error.code {
      case .unknownTask, .tooFewExamples, .invalidRequest, .invalidSample: usage
      case .invalidDocument, .invalidLanguageData, .missingLanguageData, .nonFiniteScore:
        unavailable
      }
    // A checkpoint that could not be written, as on a full disk: what was done by then is not lost.
    case let error as TensorFileError where error.code == .unwritable: incomplete
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
