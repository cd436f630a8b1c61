import Files
import LanguageModels
import Records
import Tensors

/// What one execution of a manifest leaves: a fingerprint of every operation's result, and the results of evaluation.
///
/// Values are not kept; a second execution captures those of a single operation (``TensorAddress``).
struct ExecutionTrace: Sendable, Equatable {
  /// One operation's result.
  struct Result: Sendable, Equatable {
    let operation: String
    let rows: Int
    let columns: Int
    let fingerprint: Fingerprint
  }

  /// Everything that one training step computes, in order.
  struct Step: Sendable, Equatable {
    let arm: ArmAddress
    /// From 1.
    let number: Int
    let results: [Result]
  }

  /// The weights that a training ended with.
  struct Weights: Sendable, Equatable {
    let arm: ArmAddress
    /// SHA-256 of all parameters' bytes, in the order of their layout.
    let digest: Digest
  }

  /// An evaluation of an arm.
  struct Evaluation: Sendable, Equatable {
    let arm: ArmAddress
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
