internal import CKernels

/// The known-answer self-test: fixed inputs, and a digest of the bits that every kind of computation gives.
///
/// The numerics are portable, so the digests are the same on every CPU. Others than ``knownAnswers`` mean a broken CPU,
/// compiler or library; digests that two runs recorded tell a platform that changed from a run that changed.
package struct SelfTest: Sendable, Equatable {
  /// What one test gave.
  package struct Answer: Sendable, Hashable {
    /// The test's name: lowercase words with underscores.
    package let test: String
    /// The digest of all bits of the results; 0 for a test that could not be run.
    package let digest: UInt64

    /// An answer that was computed or recorded.
    package init(test: String, digest: UInt64) {
      self.test = test
      self.digest = digest
    }
  }

  /// The answers in the order of the tests.
  package let answers: [Answer]

  /// Answers that were computed or recorded.
  package init(answers: [Answer]) { self.answers = answers }

  /// The answers with the instruction set that this process computes with; computed once.
  package static let ofThisProcess = run()

  /// Runs all tests, in about 10 ms, or 100 ms where fused multiply-adds are computed by software.
  ///
  /// - Parameter instructionSet: The kernels to use, of ``InstructionSet/available``.
  /// - Returns: Their answers, right or not.
  package static func run(_ instructionSet: InstructionSet = .selected) -> SelfTest {
    let kernels = (0..<ck_self_test_count()).map { test in
      Answer(
        test: String(cString: ck_self_test_name(test)),
        digest: ck_self_test_digest(instructionSet.kernelValue, test))
    }
    return SelfTest(answers: kernels + ScalarSelfTest.answers())
  }

  /// Tests whose answer is not the known one, in order, and those that are missing.
  package var failures: [String] {
    let answers = Set(answers)
    return SelfTest.knownAnswers.answers.filter { !answers.contains($0) }.map(\.test)
      + unknownTests
  }

  /// One digest for all answers, in order, as 16 hexadecimal digits.
  package var digest: String {
    hexadecimal(answers.reduce(Fingerprint(value: 0)) { $0.appending($1.digest) }.value)
  }

  private var unknownTests: [String] {
    let known = Set(SelfTest.knownAnswers.answers.map(\.test))
    return answers.map(\.test).filter { !known.contains($0) }
  }
}

extension SelfTest.Answer {
  /// The digest as 16 hexadecimal digits.
  package var hex: String { hexadecimal(digest) }
}

/// All 16 digits of a number.
private func hexadecimal(_ number: UInt64) -> String {
  let digits = String(number, radix: 16)
  return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}

/// The part of the self-test that is computed in Swift: random numbers, and functions of one fp64 number.
private enum ScalarSelfTest {
  static func answers() -> [SelfTest.Answer] {
    [
      answer("random_words", randomWords()), answer("random_normals", randomNormals()),
      answer("double_exp", exponentials()), answer("double_log", logarithms()),
      answer("double_power", powers()), answer("double_sine_cosine", sinesAndCosines()),
    ]
  }

  private static func answer(_ test: String, _ words: some Sequence<UInt64>) -> SelfTest.Answer {
    let fingerprint = words.reduce(Fingerprint(value: 0)) { $0.appending($1) }
    return SelfTest.Answer(test: test, digest: fingerprint.value)
  }

  /// The bits of results; CPUs differ in sign and payload of a NaN, so that only that it is one counts.
  private static func bits(_ values: some Sequence<Double>) -> [UInt64] {
    values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
  }

  private static func randomWords() -> [UInt64] {
    var words: [UInt64] = []
    for seed in [0, 42, UInt64.max] {
      let random = CounterBasedRandom(seed: seed)
      for stream in [0, 1, 1 << 40] as [UInt64] {
        for index in [0, 1, 2, 1 << 33, .max] as [UInt64] {
          let (a, b, c, d) = random.words(stream: stream, index: index)
          words += [UInt64(a) << 32 | UInt64(b), UInt64(c) << 32 | UInt64(d)]
        }
      }
    }
    return words
  }

  private static func randomNormals() -> [UInt64] {
    let random = CounterBasedRandom(seed: 7)
    return bits((0..<1000).map { random.normal(stream: 3, index: $0) })
  }

  /// Numbers of every binary exponent in a range, random in their other bits.
  private static func numbers(exponents: ClosedRange<Int>, perExponent count: UInt64) -> [Double] {
    let random = CounterBasedRandom(seed: 11)
    return exponents.flatMap { exponent in
      (0..<count).map { index in
        let (a, b, _, _) = random.words(stream: UInt64(exponent + 2048), index: index)
        let fraction = Double(UInt64(a) << 20 | UInt64(b) >> 12) * 0x1p-52
        return Double(sign: .plus, exponent: exponent, significand: 1 + fraction)
      }
    }
  }

  private static func exponentials() -> [UInt64] {
    let numbers = numbers(exponents: -60...10, perExponent: 8)
    return bits((numbers + numbers.map { -$0 }).map(ElementaryFunctions.exp))
  }

  private static func logarithms() -> [UInt64] {
    let special: [Double] = [0, -1, .infinity, .nan, 1, .leastNonzeroMagnitude]
    let numbers = numbers(exponents: -1022...1023, perExponent: 1)
    return bits((special + numbers).map(ElementaryFunctions.log))
  }

  private static func powers() -> [UInt64] {
    let numbers = numbers(exponents: -8...8, perExponent: 4)
    return bits(
      numbers.flatMap { base in
        [-2.5, -1, 0, 1.0 / 3, 0.5, 7].map { ElementaryFunctions.power(base, $0) }
      })
  }

  private static func sinesAndCosines() -> [UInt64] {
    let numbers = numbers(exponents: -30...29, perExponent: 8)
    let angles = numbers + numbers.map { -$0 }
    return bits(angles.map(ElementaryFunctions.sine) + angles.map(ElementaryFunctions.cosine))
  }
}
