/// Why training could not be prepared, continued or resumed.
package struct TrainingError: Error, Equatable, CustomStringConvertible {
  /// The kind of failure.
  package enum Code: Sendable, Equatable {
    /// A setting is out of its range or contradicts another.
    case invalidConfiguration
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

  /// The kind of failure.
  package let code: Code
  /// One sentence for a person.
  package let message: String

  package var description: String { message }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
