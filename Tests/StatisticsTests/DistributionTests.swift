import Foundation
import Testing

@testable import Statistics

/// What mpmath says, written by Fixtures/make_distributions.py.
private struct DistributionOracle: Decodable {
  /// x and the function's value.
  let logarithms: [[Double]]
  let exponentials: [[Double]]
  let stirlingRemainders: [[Double]]
  /// z and the probability below; p and its quantile.
  let normal: [[Double]]
  let normalQuantiles: [[Double]]
  /// Degrees of freedom, t and the probability above.
  let student: [[Double]]
  /// Shapes, x, the probability below and above.
  let beta: [[Double]]
  /// Items, probability, successes, their probability, and that of at most so many and of more.
  let binomial: [[Double]]

  init() throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let data = try Data(contentsOf: folder.appending(path: "distributions.json"))
    self = try decoder.decode(DistributionOracle.self, from: data)
  }
}

/// The relative error of a value; infinite for NaN, and for anything but 0 where 0 is expected.
private func relativeError(_ value: Double, _ expected: Double) -> Double {
  if value == expected { return 0 }
  let error = (value - expected).magnitude / expected.magnitude
  return error.isNaN ? .infinity : error
}

@Suite("Elementary functions")
struct ElementaryTests {
  @Test("Logarithms are right to one unit in the last place")
  func logarithm() throws {
    for row in try DistributionOracle().logarithms {
      #expect(
        (Elementary.log(row[0]) - row[1]).magnitude <= row[1].ulp, "ln \(row[0]) is \(row[1])")
    }
    #expect(Elementary.log(0) == -.infinity)
    #expect(Elementary.log(.infinity) == .infinity)
    #expect(Elementary.log(-1).isNaN)
    #expect(Elementary.log(.nan).isNaN)
  }

  @Test("Exponentials are right to one unit in the last place")
  func exponential() throws {
    for row in try DistributionOracle().exponentials {
      #expect(
        (Elementary.exp(row[0]) - row[1]).magnitude <= row[1].ulp, "exp \(row[0]) is \(row[1])")
    }
    #expect(Elementary.exp(-.infinity) == 0)
    #expect(Elementary.exp(.infinity) == .infinity)
    #expect(Elementary.exp(.nan).isNaN)
    #expect(Elementary.exp(710) == .infinity)
    #expect(Elementary.exp(-745) == .leastNonzeroMagnitude)
    #expect(Elementary.exp(-746) == 0)
  }

  @Test("A product and its rounding error are the exact product")
  func product() {
    let (value, error) = Elementary.product(1 + 0x1p-30, 1 + 0x1p-30)
    #expect(value == 1 + 0x1p-29)
    #expect(error == 0x1p-60)
  }

  @Test("The remainder of Stirling's formula is right to 2e-15 of itself")
  func stirling() throws {
    for row in try DistributionOracle().stirlingRemainders {
      #expect(relativeError(BetaKernel.stirlingRemainder(row[0]), row[1]) <= 2e-15, "\(row[0])")
    }
  }
}

@Suite("Distributions")
struct DistributionTests {
  @Test("The normal distribution agrees with mpmath, in both tails")
  func normal() throws {
    for row in try DistributionOracle().normal {
      let value = NormalDistribution.cumulativeProbability(at: row[0])
      #expect(relativeError(value, row[1]) <= 2e-15, "at \(row[0])")
      #expect(NormalDistribution.upperTailProbability(at: -row[0]) == value)
    }
    #expect(NormalDistribution.cumulativeProbability(at: .infinity) == 1)
    #expect(NormalDistribution.cumulativeProbability(at: -.infinity) == 0)
    #expect(NormalDistribution.cumulativeProbability(at: .nan).isNaN)
    #expect(NormalDistribution.twoSidedProbability(of: 0) == 1)
  }

  @Test("Normal quantiles agree with mpmath, in both tails and around the middle")
  func normalQuantile() throws {
    for row in try DistributionOracle().normalQuantiles {
      let value = NormalDistribution.quantile(at: row[0])
      #expect(relativeError(value, row[1]) <= 2e-15, "at \(row[0])")
    }
    #expect(relativeError(NormalDistribution.quantile(at: 0.975), Proportion.z95) <= 2e-16)
    #expect(NormalDistribution.quantile(at: 0) == -.infinity)
    #expect(NormalDistribution.quantile(at: 1) == .infinity)
    #expect(NormalDistribution.quantile(at: 1.1).isNaN)
    #expect(NormalDistribution.quantile(at: .nan).isNaN)
  }

  @Test("Student's distribution agrees with mpmath for 1 to 1e9 degrees of freedom")
  func student() throws {
    for row in try DistributionOracle().student {
      let student = try #require(StudentDistribution(degreesOfFreedom: row[0]))
      let tail = student.upperTailProbability(at: row[1])
      #expect(relativeError(tail, row[2]) <= 1e-13, "\(row)")
      #expect(student.cumulativeProbability(at: -row[1]) == tail)
      #expect(relativeError(student.twoSidedProbability(of: row[1]), 2 * row[2]) <= 1e-13)
      // Close to the middle a tail says little about where it is.
      guard row[1] > 0.1 else { continue }
      #expect(relativeError(student.quantile(at: row[2]), -row[1]) <= 1e-13, "\(row)")
    }
  }

  @Test("Student's quantiles known in closed form, at the ends and in the middle")
  func studentQuantile() throws {
    let cauchy = try #require(StudentDistribution(degreesOfFreedom: 1))
    #expect(relativeError(cauchy.quantile(at: 0.75), 1) <= 1e-15)
    #expect(relativeError(cauchy.quantile(at: 1e-100), -1e100 / .pi) <= 1e-13)
    #expect(cauchy.quantile(at: 0.5) == 0)
    #expect(cauchy.quantile(at: 0) == -.infinity)
    #expect(cauchy.quantile(at: 1) == .infinity)
    #expect(cauchy.quantile(at: -0.1).isNaN)
    #expect(cauchy.cumulativeProbability(at: .nan).isNaN)
    #expect(cauchy.cumulativeProbability(at: .infinity) == 1)
    #expect(cauchy.cumulativeProbability(at: -.infinity) == 0)
    let normal = try #require(StudentDistribution(degreesOfFreedom: .infinity))
    #expect(normal.quantile(at: 0.975) == NormalDistribution.quantile(at: 0.975))
    let nearlyNormal = try #require(StudentDistribution(degreesOfFreedom: 1e12))
    #expect(relativeError(nearlyNormal.quantile(at: 0.975), Proportion.z95) <= 1e-11)
    for impossible in [0, -1, 0.5, .nan, 1e13] {
      #expect(StudentDistribution(degreesOfFreedom: impossible) == nil)
    }
  }

  @Test("The incomplete beta function agrees with mpmath in both tails, for shapes to 5e8")
  func beta() throws {
    for row in try DistributionOracle().beta {
      let beta = try #require(BetaDistribution(alpha: row[0], beta: row[1]))
      #expect(
        relativeError(beta.cumulativeProbability(at: row[2]), row[3]) <= 1e-12, "\(row)")
      #expect(relativeError(beta.upperTailProbability(at: row[2]), row[4]) <= 1e-12, "\(row)")
    }
    #expect(BetaDistribution(alpha: 0, beta: 1) == nil)
    #expect(BetaDistribution(alpha: 1, beta: .nan) == nil)
    let uniform = try #require(BetaDistribution(alpha: 1, beta: 1))
    #expect(uniform.cumulativeProbability(at: -1) == 0)
    #expect(uniform.cumulativeProbability(at: 2) == 1)
    #expect(uniform.cumulativeProbability(at: .nan).isNaN)
  }

  @Test("Quantiles of the beta distribution invert its probabilities")
  func betaQuantile() throws {
    for row in try DistributionOracle().beta where row[3] < 0.9 {
      let beta = try #require(BetaDistribution(alpha: row[0], beta: row[1]))
      #expect(relativeError(beta.quantile(at: row[3]), row[2]) <= 1e-13, "\(row)")
    }
    let uniform = try #require(BetaDistribution(alpha: 1, beta: 1))
    #expect(uniform.quantile(at: 0) == 0)
    #expect(uniform.quantile(at: 1) == 1)
    #expect(relativeError(uniform.quantile(at: 1e-300), 1e-300) <= 1e-13)
    #expect(uniform.quantile(at: .nan).isNaN)
  }

  @Test("The binomial distribution agrees with mpmath, to a thousand million items")
  func binomial() throws {
    for row in try DistributionOracle().binomial {
      let binomial = try #require(
        BinomialDistribution(count: Int(row[0]), probability: row[1]))
      let successes = Int(row[2])
      #expect(relativeError(binomial.probability(of: successes), row[3]) <= 1e-12, "\(row)")
      #expect(
        relativeError(binomial.cumulativeProbability(at: successes), row[4]) <= 1e-12, "\(row)")
      #expect(
        relativeError(binomial.upperTailProbability(at: successes), row[5]) <= 1e-12, "\(row)")
    }
  }

  @Test("Small binomial distributions add up, and their ends are exact")
  func smallBinomial() throws {
    for count in 0...12 {
      for probability in [0, 0.1, 0.5, 1] {
        let binomial = try #require(BinomialDistribution(count: count, probability: probability))
        let masses = (0...count).map { binomial.probability(of: $0) }
        #expect((Sample.sum(masses) - 1).magnitude <= 1e-14)
        for k in -1...count {
          let sum = Sample.sum(Array(masses.prefix(k + 1)))
          #expect((binomial.cumulativeProbability(at: k) - sum).magnitude <= 1e-14)
        }
        #expect(binomial.cumulativeProbability(at: count) == 1)
        #expect(binomial.upperTailProbability(at: count) == 0)
        #expect(binomial.probability(of: -1) == 0)
        #expect(binomial.probability(of: count + 1) == 0)
      }
    }
    #expect(BinomialDistribution(count: -1, probability: 0.5) == nil)
    #expect(BinomialDistribution(count: 1, probability: .nan) == nil)
    #expect(BinomialDistribution(count: 1, probability: 1.5) == nil)
  }

  @Test("Probabilities never fall as their argument rises")
  func monotone() throws {
    let student = try #require(StudentDistribution(degreesOfFreedom: 4))
    let beta = try #require(BetaDistribution(alpha: 211, beta: 331))
    let binomial = try #require(BinomialDistribution(count: 541, probability: 0.39))
    for functions: (Double) -> Double in [
      { NormalDistribution.cumulativeProbability(at: $0 * 8) },
      { student.cumulativeProbability(at: $0 * 8) },
      { beta.cumulativeProbability(at: ($0 + 1) / 2) },
      { binomial.cumulativeProbability(at: Int(($0 + 1) * 271)) },
    ] {
      let values = (-500...500).map { functions(Double($0) / 500) }
      #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 + 1e-15 })
    }
  }
}
