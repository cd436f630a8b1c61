import LanguageModels
import Records
import Tensors

/// Listens to an evaluation's forward passes and keeps a fingerprint of every row, by the row's tokens.
///
/// A row may depend on nothing but its own tokens, so that passes of any size, packing and order fill the same table.
final class EvaluationRecorder {
  private let wanted: (operation: String, key: TokenPrefixKey)?
  private var operations: [Operation: Int] = [:]
  private var names: [String] = []
  private var positions: [TokenPrefixKey: Int] = [:]
  private var keys: [TokenPrefixKey] = []
  private var fingerprints: [[UInt64]] = []
  /// Positions of the rows that are computed now.
  private var current: [Int] = []
  private var conflicts: [ExecutionTrace.Conflict] = []
  /// The wanted row, each time that it was computed.
  private(set) var captured: [CapturedTensor] = []

  /// Prepares for an evaluation; results of the row with the tokens `wanted.key` are kept whole.
  init(capturing wanted: (operation: String, key: TokenPrefixKey)?) { self.wanted = wanted }

  /// Takes a result; an `OperationObserver`.
  func observe(_ operation: Operation, _ tensor: ObservedTensor) {
    // Rows change at the beginning of a pass, and once more where logits are wanted of some of them.
    if operation == .embedding || operation == .finalNorm {
      current = tensor.rowKeys.map(position)
    }
    let index = index(of: operation)
    if let wanted, names[index] == wanted.operation {
      for row in tensor.rowKeys.indices where tensor.rowKeys[row] == wanted.key {
        captured.append(CapturedTensor(tensor, row: row))
      }
    }
    let values = Fingerprint.ofRows(tensor.bytes, count: tensor.rows)
    for (row, position) in current.enumerated() { record(values[row], index, at: position) }
  }

  private func record(_ fingerprint: Fingerprint, _ operation: Int, at position: Int) {
    // 0 stands for no result.
    let value = fingerprint.value == 0 ? 1 : fingerprint.value
    while fingerprints[position].count <= operation { fingerprints[position].append(0) }
    let known = fingerprints[position][operation]
    if known == 0 {
      fingerprints[position][operation] = value
    } else if known != value {
      conflicts.append(ExecutionTrace.Conflict(operation: operation, key: keys[position]))
    }
  }

  private func position(of key: TokenPrefixKey) -> Int {
    if let known = positions[key] { return known }
    positions[key] = keys.count
    keys.append(key)
    fingerprints.append([])
    return keys.count - 1
  }

  private func index(of operation: Operation) -> Int {
    if let known = operations[operation] { return known }
    operations[operation] = names.count
    names.append(operation.description)
    return names.count - 1
  }

  /// What was heard, rows and conflicts in an order of their own.
  func evaluation(
    of arm: ArmAddress, name: String, documents: [ExecutionTrace.Document]
  ) -> ExecutionTrace.Evaluation {
    let rows = zip(keys, fingerprints).map { key, values in
      ExecutionTrace.Row(
        key: key,
        fingerprints: values + [UInt64](repeating: 0, count: names.count - values.count))
    }
    return ExecutionTrace.Evaluation(
      arm: arm, name: name, documents: documents, operations: names,
      rows: rows.sorted { $0.key.precedes($1.key) },
      conflicts: conflicts.sorted {
        ($0.operation, $0.key.count, $0.key.fingerprint.value)
          < ($1.operation, $1.key.count, $1.key.fingerprint.value)
      })
  }
}

extension TokenPrefixKey {
  /// An order of keys in which a row comes before those that may depend on it.
  func precedes(_ other: TokenPrefixKey) -> Bool {
    (count, fingerprint.value) < (other.count, other.fingerprint.value)
  }
}
