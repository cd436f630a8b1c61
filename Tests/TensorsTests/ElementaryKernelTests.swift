import CKernels
import Foundation
import Tensors
import Testing

/// Longer checks than the suite's seconds allow.
private let isLong = ProcessInfo.processInfo.environment["REPLICATE_LONG_TESTS"] == "1"

@Suite("Elementary kernels") struct ElementaryKernelTests {
  @Test(
    "are within their bounds for every exponent of both signs", arguments: ElementaryKernel.allCases
  )
  func sampledExponents(kernel: ElementaryKernel) {
    var arguments: [UInt32] = []
    let random = CounterBasedRandom(seed: 11)
    let edges: [UInt32] = [0, 1, 2, 0x3f_ffff, 0x40_0000, 0x40_0001, 0x7f_fffe, 0x7f_ffff]
    for exponent in UInt32(0)..<512 {
      var mantissas = edges
      for index in UInt64(0)..<64 {
        let (a, b, c, d) = random.words(stream: UInt64(exponent), index: index)
        mantissas += [a >> 9, b >> 9, c >> 9, d >> 9]
      }
      arguments += mantissas.map { exponent << 23 | $0 }
    }
    let sample = FloatBuffer(count: arguments.count)
    for (index, bits) in arguments.enumerated() {
      sample.pointer[index] = Float(bitPattern: bits)
    }
    let results = FloatBuffer(count: arguments.count)
    var expected: [UInt32]?
    for isa in ElementaryKernel.instructionSets {
      kernel.function(isa)(results.pointer, sample.pointer, sample.count)
      let bits = results.elements.map(\.bitPattern)
      #expect(expected == nil || bits == expected, "\(isa) differs")
      expected = bits
    }
    let worst = kernel.worst(of: sample, results)
    #expect(worst.error <= kernel.bound, "\(worst)")
    #expect(kernel.bound < 1)
  }

  @Test("have the exact special values", arguments: ElementaryKernel.allCases)
  func specialValues(kernel: ElementaryKernel) {
    let negativeNaN = Float(bitPattern: 0xffc1_2345)
    let signalingNaN = Float(bitPattern: 0x7f80_0001)
    let leastSubnormal = Float.leastNonzeroMagnitude
    var values: [(argument: Float, result: Float)] = [
      (.nan, .nan), (negativeNaN, negativeNaN), (signalingNaN, Float(bitPattern: 0x7fc0_0001)),
    ]
    switch kernel {
    case .exp:
      values += [
        (0, 1), (-0.0, 1), (.infinity, .infinity), (-.infinity, 0), (leastSubnormal, 1),
        (-leastSubnormal, 1), (88.72284, .infinity), (.greatestFiniteMagnitude, .infinity),
        (-.greatestFiniteMagnitude, 0), (-103.97208, leastSubnormal), (-103.972084, 0),
      ]
    case .log:
      values += [
        (1, 0), (0, -.infinity), (-0.0, -.infinity), (.infinity, .infinity), (-.infinity, .nan),
        (-leastSubnormal, .nan), (-1, .nan), (-.greatestFiniteMagnitude, .nan),
        (leastSubnormal, -103.27893), (.greatestFiniteMagnitude, 88.72284),
      ]
    case .tanh, .erf:
      // Around 0 the functions are x and 2 x / sqrt(pi).
      let slope = kernel == .tanh ? 1.0 : 1.1283791670955126
      for tiny in [leastSubnormal, 0x1p-140, 0x1p-126, 0x1.8p-100] {
        values += [(tiny, Float(slope * Double(tiny)))]
      }
      values += [(0, 0), (.infinity, 1), (10, 1), (.greatestFiniteMagnitude, 1)]
      values += values.dropFirst(3).map { (-$0.argument, -$0.result) }
    }
    for isa in ElementaryKernel.instructionSets {
      for (argument, result) in values {
        var found: Float = 7
        withUnsafePointer(to: argument) { kernel.function(isa)(&found, $0, 1) }
        #expect(found.bitPattern == result.bitPattern, "\(argument): \(found), not \(result)")
      }
    }
  }

  @Test("tanh and erf are odd", arguments: [ElementaryKernel.tanh, .erf])
  func oddness(kernel: ElementaryKernel) throws {
    let positive = FloatBuffer(count: 100_000)
    let negative = FloatBuffer(count: positive.count)
    for index in 0..<positive.count {
      // Over all bits of positive numbers, infinity and NaN included.
      positive.pointer[index] = Float(bitPattern: UInt32(index * 21_474))
      negative.pointer[index] = -positive.pointer[index]
    }
    let function = kernel.function(try #require(ElementaryKernel.instructionSets.last))
    function(positive.pointer, positive.pointer, positive.count)
    function(negative.pointer, negative.pointer, negative.count)
    #expect(positive.elements.map { (-$0).bitPattern } == negative.elements.map(\.bitPattern))
  }

  @Test(
    "give an element the bits that it has alone, and write no further",
    arguments: ElementaryKernel.allCases, [0, 1, 2, 15, 16, 17, 33])
  func sizes(kernel: ElementaryKernel, size: Int) {
    let x = pseudorandomBuffer(40, seed: 13)
    for index in 0..<40 { x.pointer[index] = abs(x.pointer[index]) * 8 }
    for isa in ElementaryKernel.instructionSets {
      let together = FloatBuffer(count: 40)
      kernel.function(isa)(together.pointer, x.pointer, size)
      for index in 0..<40 {
        var alone: Float = 0
        if index < size { kernel.function(isa)(&alone, x.pointer + index, 1) }
        #expect(together.pointer[index].bitPattern == alone.bitPattern)
      }
    }
  }

  @Test("are right where rounding is hardest", arguments: ElementaryKernel.allCases)
  func hardestCases(kernel: ElementaryKernel) throws {
    let cases = try #require(try ElementaryFixture.load().cases[kernel.rawValue])
    #expect(cases.count > 40)
    for isa in ElementaryKernel.instructionSets {
      for hard in cases {
        let argument = Float(bitPattern: hard.argument)
        let exact = Double(bitPattern: hard.nearestDouble)
        var found: Float = 0
        withUnsafePointer(to: argument) { kernel.function(isa)(&found, $0, 1) }
        #expect(ElementaryKernel.ulps(found, exact) <= kernel.bound, "\(argument)")
      }
    }
  }

  @Test("are measured with the right unit and reference", arguments: ElementaryKernel.allCases)
  func measure(kernel: ElementaryKernel) throws {
    for hard in try #require(try ElementaryFixture.load().cases[kernel.rawValue]) {
      let exact = Double(bitPattern: hard.nearestDouble)
      let nearest = Float(bitPattern: hard.nearestSingle)
      // One double carries 29 bits more than fp32: the measure is exact to 2^-29 ulp or so.
      #expect(abs(ElementaryKernel.ulps(nearest, exact) - hard.error) < 0x1p-28)
      #expect(hard.error <= 0.5)
      // The platform's function, which stands for the exact value elsewhere, to 4 of its ulps.
      let reference = kernel.reference(Double(Float(bitPattern: hard.argument)))
      #expect(abs(reference - exact) <= 4 * exact.ulp, "\(hard.argument)")
    }
    // An error in the last place is seen as one ulp, also among the subnormal numbers and at infinity.
    #expect(ElementaryKernel.ulps(Float(1).nextUp, 1) == 1)
    #expect(ElementaryKernel.ulps(Float(1).nextDown, 1) == 0.5)
    #expect(ElementaryKernel.ulps(0x1p-148, 0x1p-149) == 1)
    #expect(ElementaryKernel.ulps(.infinity, Double(Float.greatestFiniteMagnitude)) == 1)
    #expect(ElementaryKernel.ulps(1, .infinity) == .infinity)
    #expect(ElementaryKernel.ulps(.nan, 1) == .infinity)
    #expect(ElementaryKernel.ulps(-0.0, 0) == .infinity)
  }

  // Three minutes with `-c release -Xswiftc -enable-testing`, half an hour without.
  @Test(
    "are within their bounds for all floats", .enabled(if: isLong),
    arguments: ElementaryKernel.allCases)
  func allFloats(kernel: ElementaryKernel) {
    let size = 1 << 20
    let (arguments, results) = (FloatBuffer(count: size), FloatBuffer(count: size))
    let x = arguments.pointer
    let function = kernel.function(ck_selected_isa())
    var worst = (error: 0.0, argument: UInt32(0))
    for chunk in UInt32(0)..<4096 {
      var index = 0
      while index < size {
        x[index] = Float(bitPattern: chunk << 20 | UInt32(truncatingIfNeeded: index))
        index += 1
      }
      function(results.pointer, x, size)
      let found = kernel.worst(of: arguments, results)
      if found.error > worst.error { worst = found }
    }
    print("\(kernel): at most \(worst.error) ulp, at \(Float(bitPattern: worst.argument))")
    #expect(worst.error <= kernel.bound)
  }
}
