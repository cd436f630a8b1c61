/// The result of an operation as an observer sees it: row-major elements that are gone when the observer returns.
package struct ObservedTensor {
  /// What an element is.
  package enum Element: UInt8, Sendable {
    case float32
    case float64
    case int32

    /// Bytes of one.
    package var size: Int { self == .float64 ? 8 : 4 }
  }

  /// What an element is.
  package let element: Element
  /// Number of rows.
  package let rows: Int
  /// Number of columns.
  package let columns: Int
  /// The elements' bytes, row after row.
  package let bytes: UnsafeRawBufferPointer
  /// For each row a key of the tokens that its value may depend on; empty where rows are not apart.
  package let rowKeys: [TokenPrefixKey]

  /// A view of `rows` x `columns` floats.
  package init(
    _ pointer: UnsafePointer<Float>, rows: Int, columns: Int, rowKeys: [TokenPrefixKey] = []
  ) {
    self.init(
      .float32, rows: rows, columns: columns,
      bytes: UnsafeRawBufferPointer(start: pointer, count: rows * columns * 4), rowKeys: rowKeys)
  }

  private init(
    _ element: Element, rows: Int, columns: Int, bytes: UnsafeRawBufferPointer,
    rowKeys: [TokenPrefixKey]
  ) {
    self.element = element
    self.rows = rows
    self.columns = columns
    self.bytes = bytes
    self.rowKeys = rowKeys
  }

  /// Gives `body` a view of one row of doubles.
  package static func withRow(_ values: some Collection<Double>, _ body: (ObservedTensor) -> Void) {
    Array(values).withUnsafeBytes {
      body(
        ObservedTensor(.float64, rows: 1, columns: $0.count / 8, bytes: $0, rowKeys: []))
    }
  }

  /// Gives `body` a view of one row of token ids.
  package static func withRow(_ values: [Int32], _ body: (ObservedTensor) -> Void) {
    values.withUnsafeBytes {
      body(ObservedTensor(.int32, rows: 1, columns: $0.count / 4, bytes: $0, rowKeys: []))
    }
  }
}

/// A key of the tokens of a sequence up to and including one: what a row of a causal model may depend on.
///
/// Two executions that pack, cut or order their work in other ways give equal rows for equal keys.
package struct TokenPrefixKey: Sendable, Hashable {
  /// Number of tokens.
  package let count: Int
  /// Fingerprint of the tokens.
  package let fingerprint: Fingerprint

  /// The key of no token.
  package static let empty = TokenPrefixKey(count: 0, fingerprint: Fingerprint(value: 0))

  /// Takes a key that was stored.
  package init(count: Int, fingerprint: Fingerprint) {
    self.count = count
    self.fingerprint = fingerprint
  }

  /// The key of these tokens and one more.
  package func appending(_ token: Int32) -> TokenPrefixKey {
    TokenPrefixKey(
      count: count + 1,
      fingerprint: fingerprint.appending(UInt64(UInt32(bitPattern: token))))
  }

  /// Keys of every prefix of `tokens` that go on from this one.
  package func appending(_ tokens: some Sequence<Int32>) -> [TokenPrefixKey] {
    var key = self
    return tokens.map { token in
      key = key.appending(token)
      return key
    }
  }
}
