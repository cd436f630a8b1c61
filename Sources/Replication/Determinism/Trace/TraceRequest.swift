import Evaluation
import LanguageModels
import Records
import Scoring
import Tensors

/// How a traced execution is done: nothing here may change a result, and the ladder checks that nothing does.
struct TraceRequest: Sendable, Equatable, Codable {
  /// Threads to compute with.
  var threads: Int
  /// How much of an evaluation is computed side by side.
  var limits = InferenceEngine.PassLimits()
  /// The order in which documents are evaluated.
  var order = DocumentOrder.longestFirst
  /// Steps to which training is shortened, with few documents of each evaluation; nil for all of the manifest.
  var steps: Int?
  /// Whether arms are trained; else their weights are read from ``weightsFolder``.
  var isTraining = true
  /// A folder where trained weights are put, or read from; nil for none.
  var weightsFolder: String?
  /// The result whose values are wanted; work that does not lead to it is left out.
  var capture: TensorAddress?

  /// Where the weights of an arm lie.
  func weightsPath(of arm: ArmAddress) -> String? {
    weightsFolder.map { "\($0)/\(arm.name)-\(arm.seed.map(String.init) ?? "").safetensors" }
  }
}

/// What a traced execution gives.
struct TraceResponse: Sendable, Equatable {
  /// The instruction set and the number of threads that it was computed with.
  var instructionSet = InstructionSet.selected.rawValue
  var threads: Int
  var trace = ExecutionTrace()
  /// What was captured: one tensor of a training step, or every time that a row was computed.
  var captured: [CapturedTensor] = []
}
