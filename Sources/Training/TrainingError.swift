package import Files

/// Why training could not be prepared, continued or resumed.
package typealias TrainingError = CodedError<TrainingErrorCode>

/// The kind of failure.
package enum TrainingErrorCode: Sendable, Equatable {
  /// A conversation cannot be rendered, or is too long where that is an error. `index` counts from 0 in the input.
  case unusableConversation(index: Int)
  /// An example does not fit the model, or there is none.
  case unusableExamples
  /// A loss or a gradient norm is infinite or not a number. `step` counts from 1; `examples` are those of its
  /// batch, as positions in the prepared examples.
  case nonFinite(step: Int, examples: [Int], seed: UInt64)
  /// A checkpoint cannot be resumed by this trainer.
  case unusableCheckpoint
}
