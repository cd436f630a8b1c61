import Testing

@testable import Records
@testable import Tensors

@Suite("Distances of values") struct TensorDifferenceTests {
  @Test("ulps count representable numbers, across zero and to infinity; NaN has no distance")
  func floats() {
    func distance(_ a: Float, _ b: Float) -> UInt64? { UnitsInLastPlace.distance(a, b) }
    #expect(distance(1, 1) == 0)
    #expect(distance(1, Float(1).nextUp) == 1)
    #expect(distance(Float(1).nextDown, Float(1).nextUp) == 2)
    #expect(distance(1, 2) == 1 << 23)
    #expect(distance(0, -0.0) == 0)
    #expect(distance(.leastNonzeroMagnitude, -.leastNonzeroMagnitude) == 2)
    #expect(distance(-1, 1) == 2 * 0x3F80_0000)
    #expect(distance(-3, Float(-3).nextDown) == 1)
    #expect(distance(.greatestFiniteMagnitude, .infinity) == 1)
    #expect(distance(-.infinity, .infinity) == 2 * 0x7F80_0000)
    #expect(distance(.nan, 1) == nil && distance(1, .nan) == nil && distance(.nan, .nan) == nil)
  }

  @Test("the same for doubles, beyond the range of a signed word")
  func doubles() {
    func distance(_ a: Double, _ b: Double) -> UInt64? { UnitsInLastPlace.distance(a, b) }
    #expect(distance(1, Double(1).nextUp) == 1)
    #expect(distance(0, -0.0) == 0)
    #expect(distance(-.leastNonzeroMagnitude, .leastNonzeroMagnitude) == 2)
    #expect(distance(-.infinity, .infinity) == 0xFFE0_0000_0000_0000)
    #expect(distance(1, 2) == 1 << 52)
    #expect(distance(.nan, .infinity) == nil)
  }

  private func tensor(_ values: [Float], columns: Int) -> CapturedTensor {
    CapturedTensor(
      element: .float32, rows: values.count / columns, columns: columns,
      bytes: values.withUnsafeBytes(Array.init))
  }

  @Test("a comparison gives the first index, the count, and the largest distance")
  func tensors() throws {
    let a: [Float] = [1, 2, 3, 4, 5, 6]
    var b = a
    (b[3], b[5]) = (a[3].nextUp, a[5] + 1)
    let difference = try #require(
      TensorDifference(tensor(a, columns: 3), tensor(b, columns: 3)))
    #expect(difference.count == 6 && difference.differing == 2)
    #expect((difference.first.row, difference.first.column) == (1, 0))
    #expect(difference.first.ulps == 1 && difference.first.reference == 4)
    #expect((difference.largest.row, difference.largest.column) == (1, 2))
    #expect(difference.largest.ulps == 1 << 21)
    #expect(difference.largest.relative == 1.0 / 7)
    #expect(difference.text.hasPrefix("2 of 6 values differ, first [1, 0]: 4.0 against 4.0000005"))
    #expect(difference.text.contains("(1 ulp, relative 1.2e-07)"))
    #expect(TensorDifference(tensor(a, columns: 3), tensor(a, columns: 3)) == nil)
    #expect(TensorDifference(tensor(a, columns: 3), tensor(b, columns: 2)) == nil)
  }

  @Test("signs of zero and payloads of NaN count as differences; NaN is the largest of all")
  func specialValues() throws {
    let nan = Float(nan: 1, signaling: false)
    let difference = try #require(
      TensorDifference(
        tensor([0, .nan, 1, .nan], columns: 4), tensor([-0.0, nan, .infinity, .nan], columns: 4)))
    #expect(difference.differing == 3 && difference.first.ulps == 0)
    #expect(difference.largest.column == 1 && difference.largest.ulps == nil)
    #expect(difference.largest.relative == nil)
    #expect(difference.text.contains("NaN against NaN"))
  }

  @Test("token ids are compared as whole numbers")
  func tokens() throws {
    func ids(_ values: [Int32]) -> CapturedTensor {
      CapturedTensor(
        element: .int32, rows: 1, columns: values.count, bytes: values.withUnsafeBytes(Array.init))
    }
    let difference = try #require(TensorDifference(ids([1, 2]), ids([1, 5])))
    #expect(difference.text == "1 of 2 values differ, first [0, 1]: 2 against 5")
  }

  @Test("a tensor that was computed more than once is compared with itself")
  func withinOneExecution() throws {
    let (a, b) = (tensor([1, 2], columns: 2), tensor([1, 3], columns: 2))
    #expect(TensorDifference(within: [a, a]) == nil)
    #expect(try #require(TensorDifference(within: [a, a, b])).first.column == 1)
    #expect(TensorDifference(within: []) == nil)
  }
}
