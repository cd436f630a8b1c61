package import Tensors

/// An arm, with its seed if it is trained.
package struct ArmAddress: Sendable, Hashable, Codable {
  package let name: String
  package let seed: UInt64?

  /// The address of an arm.
  package init(name: String, seed: UInt64?) {
    self.name = name
    self.seed = seed
  }
}

extension ArmAddress: CustomStringConvertible {
  /// As sentences name it: "arm 'sft', seed 42".
  package var description: String { "arm '\(name)'" + (seed.map { ", seed \($0)" } ?? "") }
}

/// One operation's result among all of an execution.
package enum TensorAddress: Sendable, Hashable, Codable {
  /// A result of a training step, by its index in the step.
  case training(arm: ArmAddress, step: Int, index: Int)
  /// Rows of an operation of an evaluation's forward passes, by their tokens.
  case evaluation(
    arm: ArmAddress, name: String, operation: String, tokenCount: Int, tokens: UInt64)

  /// The arm whose work it is.
  package var arm: ArmAddress {
    switch self {
    case .training(let arm, _, _), .evaluation(let arm, _, _, _, _): arm
    }
  }
}

/// The elements of one operation's result.
package struct CapturedTensor: Sendable, Equatable {
  package let element: ObservedTensor.Element
  package let rows: Int
  package let columns: Int
  package let bytes: [UInt8]

  /// A copy of `rows` x `columns` elements.
  package init(element: ObservedTensor.Element, rows: Int, columns: Int, bytes: [UInt8]) {
    self.element = element
    self.rows = rows
    self.columns = columns
    self.bytes = bytes
  }
}
