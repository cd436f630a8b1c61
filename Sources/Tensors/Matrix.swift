/// A row-major fp32 matrix in memory that somebody else owns.
package struct Matrix: @unchecked Sendable {
  // @unchecked: an address and two sizes; who writes where is decided by the code that tiles the work.

  /// The first element.
  package let pointer: UnsafeMutablePointer<Float>
  /// Number of rows.
  package let rows: Int
  /// Number of columns.
  package let columns: Int
  /// Elements from one row to the next; at least `columns`.
  package let stride: Int

  /// A view of `rows` x `columns` elements; rows lie side by side unless `stride` says otherwise.
  package init(
    _ pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil
  ) {
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
    self.stride = stride ?? columns
  }

  /// Some of the rows.
  package func rows(_ range: Range<Int>) -> Matrix {
    Matrix(
      pointer + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// Some of the columns.
  package func columns(_ range: Range<Int>) -> Matrix {
    Matrix(pointer + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }
}
