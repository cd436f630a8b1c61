package import Tensors

/// Is told of every operation's result, in order, on the thread that computes, before anything overwrites it.
package typealias OperationObserver = (_ operation: Operation, _ result: ObservedTensor) -> Void

/// Tells an observer of results of rows x columns; does nothing and costs nothing without one.
struct ResultObserver {
  /// Is told of every operation's result.
  var observer: OperationObserver?
  /// Keys of the rows, where rows are apart.
  var rowKeys: [TokenPrefixKey] = []

  func callAsFunction(
    _ operation: @autoclosure () -> Operation, _ result: UnsafeMutablePointer<Float>, _ rows: Int,
    _ columns: Int
  ) {
    observer?(operation(), ObservedTensor(result, rows: rows, columns: columns, rowKeys: rowKeys))
  }
}
