import Files
import LanguageModels
import Tensors

/// What one execution of a manifest leaves: a fingerprint of every operation's result, and the results of evaluation.
///
/// Values are not kept; a second execution captures those of a single operation (``TensorAddress``).
struct ExecutionTrace: Sendable, Equatable {
  /// An arm, with its seed if it is trained.
  struct Arm: Sendable, Hashable, Codable {
    let name: String
    let seed: UInt64?
  }

  /// One operation's result.
  struct Result: Sendable, Equatable {
    let operation: String
    let rows: Int
    let columns: Int
    let fingerprint: Fingerprint
  }

  /// Everything that one training step computes, in order.
  struct Step: Sendable, Equatable {
    let arm: Arm
    /// From 1.
    let number: Int
    let results: [Result]
  }

  /// The weights that a training ended with.
  struct Weights: Sendable, Equatable {
    let arm: Arm
    /// SHA-256 of all parameters' bytes, in the order of their layout.
    let digest: Digest
  }

  /// An evaluation of an arm.
  struct Evaluation: Sendable, Equatable {
    let arm: Arm
    /// Its name in the manifest.
    let name: String
    /// Documents by task and position, whatever the order of their evaluation.
    let documents: [Document]
    /// Names of the operations of a forward pass, in order.
    let operations: [String]
    /// Every row of every forward pass, by its tokens.
    let rows: [Row]
    /// Rows that came out in two ways within this execution.
    let conflicts: [Conflict]
  }

  /// What a document gave.
  struct Document: Sendable, Equatable {
    let task: String
    let index: Int
    /// Log-likelihoods of the choices.
    let logLikelihoods: [Double]
    /// The generated text; empty where choices are scored.
    let text: String
    /// Fingerprint of the whole sample.
    let fingerprint: Fingerprint
  }

  /// One row of a forward pass.
  struct Row: Sendable, Equatable {
    let key: TokenPrefixKey
    /// One for each of ``Evaluation/operations``; 0 where the row has no such result.
    let fingerprints: [UInt64]
  }

  /// A row of the same tokens with two results of one operation.
  struct Conflict: Sendable, Equatable {
    /// Index in ``Evaluation/operations``.
    let operation: Int
    let key: TokenPrefixKey
  }

  var steps: [Step] = []
  var weights: [Weights] = []
  var evaluations: [Evaluation] = []
}

extension ExecutionTrace.Arm: CustomStringConvertible {
  /// As sentences name it: "arm 'sft', seed 42".
  var description: String { "arm '\(name)'" + (seed.map { ", seed \($0)" } ?? "") }
}

/// One operation's result among all of an execution.
enum TensorAddress: Sendable, Hashable, Codable {
  /// A result of a training step, by its index in the step.
  case training(arm: ExecutionTrace.Arm, step: Int, index: Int)
  /// Rows of an operation of an evaluation's forward passes, by their tokens.
  case evaluation(
    arm: ExecutionTrace.Arm, name: String, operation: String, tokenCount: Int, tokens: UInt64)

  /// The arm whose work it is.
  var arm: ExecutionTrace.Arm {
    switch self {
    case .training(let arm, _, _), .evaluation(let arm, _, _, _, _): arm
    }
  }
}

/// The elements of one operation's result.
struct CapturedTensor: Sendable, Equatable {
  let element: ObservedTensor.Element
  let rows: Int
  let columns: Int
  let bytes: [UInt8]
}
