import Glibc
import Tensors
import Testing

/// The platform's functions are the reference: they are right to within an ulp, here and on every glibc.
@Suite("Elementary functions") struct ElementaryFunctionsTests {
  /// Two units in the last place, relative.
  private static let tolerance = 0x1p-51

  private static func samples(_ range: ClosedRange<Double>, count: Int = 20_000) -> [Double] {
    var state: UInt64 = 7
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let unit = Double(state >> 11) * 0x1p-53
      return range.lowerBound + unit * (range.upperBound - range.lowerBound)
    }
  }

  @Test("exp is right to 2 ulp, and at its ends")
  func exponential() {
    for x in Self.samples(-700...709) {
      #expect(abs(ElementaryFunctions.exp(x) / Glibc.exp(x) - 1) <= Self.tolerance)
    }
    #expect(ElementaryFunctions.exp(0) == 1)
    #expect(
      ElementaryFunctions.exp(.infinity) == .infinity && ElementaryFunctions.exp(710) == .infinity)
    #expect(ElementaryFunctions.exp(-.infinity) == 0 && ElementaryFunctions.exp(-746) == 0)
    #expect(ElementaryFunctions.exp(.nan).isNaN)
  }

  @Test("log is right to 2 ulp, and at its ends")
  func logarithm() {
    for x in Self.samples(1e-9...3) + Self.samples(0.5...2) + Self.samples(1...1e300) {
      #expect(abs(ElementaryFunctions.log(x) - Glibc.log(x)) <= Self.tolerance * abs(Glibc.log(x)))
    }
    #expect(ElementaryFunctions.log(1) == 0)
    #expect(ElementaryFunctions.log(0) == -.infinity)
    #expect(ElementaryFunctions.log(-1).isNaN && ElementaryFunctions.log(.nan).isNaN)
    #expect(ElementaryFunctions.log(.infinity) == .infinity)
  }

  @Test("sine and cosine are right to 2 ulp of 1 or of themselves, up to the longest contexts")
  func circular() {
    for x in Self.samples(-4...4) + Self.samples(0...131_072) {
      #expect(abs(ElementaryFunctions.cosine(x) - Glibc.cos(x)) <= Self.tolerance)
      #expect(abs(ElementaryFunctions.sine(x) - Glibc.sin(x)) <= Self.tolerance)
    }
  }

  @Test("powers have the error of their exponent")
  func powers() {
    for exponent in stride(from: 0.0, through: 1, by: 1 / 64) {
      let expected = Glibc.pow(1_000_000, exponent)
      let found = ElementaryFunctions.power(1_000_000, exponent)
      #expect(abs(found / expected - 1) <= 16 * Self.tolerance)
    }
  }
}
