import CKernels
import Foundation
import Glibc
import Testing

@testable import Tensors

/// A function of one fp32 number, with the reference that its kernels are measured against.
enum ElementaryKernel: String, CaseIterable {
  case exp, log, tanh, erf

  /// The instruction sets that this machine has, in rising order.
  static let instructionSets = InstructionSet.available.map(\.kernelValue)

  /// The kernel of one of those instruction sets.
  func function(_ isa: ck_isa) -> (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void {
    guard let kernels = ck_vector_for(isa)?.pointee else {
      preconditionFailure("This machine lacks the instruction set \(isa).")
    }
    return switch self {
    case .exp: kernels.exp
    case .log: kernels.log
    case .tanh: kernels.tanh
    case .erf: kernels.erf
    }
  }

  /// The exact value to within some units in the last place of double, 2^-28 ulp of fp32.
  func reference(_ x: Double) -> Double {
    switch self {
    case .exp: Glibc.exp(x)
    case .log: Glibc.log(x)
    case .tanh: Glibc.tanh(x)
    case .erf: Glibc.erf(x)
    }
  }

  /// The largest error over all floats, in ulps, rounded up.
  var bound: Double {
    switch self {
    case .exp: 0.874
    case .log, .tanh, .erf: 0.501
    }
  }

  /// Distance of a result from the exact value, in units of the last place that fp32 has for the exact value.
  ///
  /// Infinity counts as 2^128. NaN, a zero of the wrong sign and a number for an infinite value are infinitely far.
  static func ulps(_ found: Float, _ exact: Double) -> Double {
    if exact == 0 || exact.magnitude == .infinity {
      return Double(found).bitPattern == exact.bitPattern ? 0 : .infinity
    }
    if found != found { return .infinity }
    let biased = (exact.bitPattern >> 52) & 0x7ff
    let exponent = biased < 1023 - 126 ? 1023 - 126 : biased
    let perUnit = Double(bitPattern: (2046 + 23 - exponent) << 52)
    if found.magnitude == .infinity {
      let isRight = exact.magnitude >= 0x1p128 && exact.sign == found.sign
      return isRight ? 0 : ((found < 0 ? -0x1p128 : 0x1p128) - exact).magnitude * perUnit
    }
    return (Double(found) - exact).magnitude * perUnit
  }

  /// The argument with the largest error.
  ///
  /// NaN must be met by NaN; its bits are another test's.
  func worst(of arguments: FloatBuffer, _ results: FloatBuffer) -> (error: Double, argument: UInt32)
  {
    let (x, y, count) = (arguments.pointer, results.pointer, arguments.count)
    var worst = (error: 0.0, argument: UInt32(0))
    var index = 0
    // Not `for`: this runs over all floats, in builds without optimisation too.
    while index < count {
      let exact = reference(Double(x[index]))
      let result = y[index]
      let error = exact != exact ? (result != result ? 0 : .infinity) : Self.ulps(result, exact)
      if error > worst.error { worst = (error, x[index].bitPattern) }
      index += 1
    }
    return worst
  }
}

/// The arguments of `Fixtures/elementary` with their exact results.
struct ElementaryFixture: Decodable {
  /// One argument; `error` is that of the correctly rounded result, in ulps.
  struct Case: Decodable {
    let argument: UInt32
    let nearestSingle: UInt32
    let nearestDouble: UInt64
    let error: Double
  }

  /// By the function's name.
  let cases: [String: [Case]]

  static func load() throws -> ElementaryFixture {
    let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let data = try Data(contentsOf: fixtures.appending(path: "elementary/elementary.json"))
    return try JSONDecoder().decode(ElementaryFixture.self, from: data)
  }
}
