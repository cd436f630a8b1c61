import ArgumentParser
import Evaluation
import Foundation
import LanguageModels
import Provenance
import Replication
import Tensors
import Tokenizers

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
  static func exit(with error: any Error, of command: any ParsableCommand.Type) -> Never {
    if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
    // Help is a command of the parser's own, which throws its text.
    if command.exitCode(for: error).isSuccess { exitAfterParsing(error, of: command) }
    Console.error("replicate: \(error)\n")
    Foundation.exit(code(of: error))
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
