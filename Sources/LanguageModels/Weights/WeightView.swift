internal import Tensors

/// Where the operations of a pass find parameters, by their offsets in the layout.
struct WeightView: @unchecked Sendable {
  // @unchecked: addresses; nobody writes weights while a pass reads them.

  /// The first of the norms and biases.
  private let vectors: UnsafeMutablePointer<Float>
  /// The first matrix that is here, what its elements are, and its offset.
  private let matrices: UnsafeRawPointer
  private let element: StoredElement
  private let firstOffset: Int

  /// A view of norms and biases, and of matrices from an offset on.
  init(
    vectors: UnsafeMutablePointer<Float>, matrices: UnsafeRawPointer, _ element: StoredElement,
    from firstOffset: Int
  ) {
    (self.vectors, self.matrices) = (vectors, matrices)
    (self.element, self.firstOffset) = (element, firstOffset)
  }

  /// All parameters side by side in fp32.
  init(_ parameters: FloatBuffer) {
    self.init(
      vectors: parameters.pointer, matrices: UnsafeRawPointer(parameters.pointer), .float32,
      from: 0)
  }

  /// The norm or bias at an offset.
  func vector(_ offset: Int) -> UnsafeMutablePointer<Float> { vectors + offset }

  /// The matrix at an offset.
  func matrix(_ offset: Int, rows: Int, columns: Int) -> StoredMatrix {
    StoredMatrix(
      matrices + (offset - firstOffset) * element.size, element, rows: rows, columns: columns)
  }
}
