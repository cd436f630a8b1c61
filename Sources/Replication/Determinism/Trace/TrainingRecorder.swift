import LanguageModels
import Records
import Tensors

/// Listens to a training step and keeps a fingerprint of every operation's result.
final class TrainingRecorder {
  private let microBatches: Int
  private let wanted: Int?
  private var microBatch = 0
  private var block = 0
  /// The results so far.
  private(set) var results: [ExecutionTrace.Result] = []
  /// The result that was wanted.
  private(set) var captured: CapturedTensor?

  /// Prepares for a step of `microBatches`; the result at index `wanted` is kept whole.
  init(microBatches: Int, capturing wanted: Int?) {
    self.microBatches = microBatches
    self.wanted = wanted
  }

  /// Takes a result; an `OperationObserver`.
  func observe(_ operation: Operation, _ tensor: ObservedTensor) {
    if operation == .tokens { (microBatch, block) = (microBatch + 1, 0) }
    if operation == .logits { block += 1 }
    if results.count == wanted { captured = CapturedTensor(tensor) }
    results.append(
      ExecutionTrace.Result(
        operation: name(of: operation), rows: tensor.rows, columns: tensor.columns,
        fingerprint: Fingerprint(of: tensor.bytes)))
  }

  private func name(of operation: Operation) -> String {
    var name = operation.description
    switch operation {
    case .gradientNorm, .learningRate, .clipping, .updated, .loss: return name
    case .logits, .crossEntropy, .entropy, .weight, .logitsGradient, .headInputGradient,
      .headWeightGradient:
      if block > 1 { name += " (block \(block))" }
    default: break
    }
    return microBatches > 1 ? "micro-batch \(microBatch), \(name)" : name
  }
}

extension CapturedTensor {
  /// A copy of what an observer sees.
  init(_ tensor: ObservedTensor) {
    self.init(
      element: tensor.element, rows: tensor.rows, columns: tensor.columns,
      bytes: Array(tensor.bytes))
  }

  /// A copy of one row.
  init(_ tensor: ObservedTensor, row: Int) {
    let width = tensor.columns * tensor.element.size
    self.init(
      element: tensor.element, rows: 1, columns: tensor.columns,
      bytes: Array(tensor.bytes[row * width..<(row + 1) * width]))
  }
}
