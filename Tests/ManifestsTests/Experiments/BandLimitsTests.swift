import Testing

@testable import Manifests

@Suite("Limits of bands") struct BandLimitsTests {
  private func limits(
    _ kind: Band.Kind, _ text: String, count: Int? = nil, stored: Band.Stored? = nil,
    unit: DocumentedResults.Unit = .fraction, ownCount: Int? = nil, ownRuns: Int = 1
  ) throws -> Band.Limits {
    try Band(kind: kind, stored: stored).limits(
      around: Band.Center(text: text, unit: unit, count: count), ownCount: ownCount,
      ownRuns: ownRuns)
  }

  private func isNear(_ limits: Band.Limits, _ lower: Double, _ upper: Double) -> Bool {
    abs(limits.lower - lower) < 5e-7 && abs(limits.upper - upper) < 5e-7
  }

  @Test("Rounding is half a unit of the last digit that was printed, of percentages too")
  func rounding() throws {
    #expect(isNear(try limits(.rounding, "0.3153"), 0.31525, 0.31535))
    #expect(isNear(try limits(.rounding, "77.1", unit: .percent), 0.7705, 0.7715))
    #expect(isNear(try limits(.rounding, "0.3900"), 0.38995, 0.39005))
  }

  @Test("Exact counts are the whole numbers of items that are printed as the value")
  func exactCount() throws {
    #expect(try limits(.exactCount, "0.3900", count: 541).counts == 211...211)
    #expect(try limits(.exactCount, "0.3153", count: 14042).counts == 4427...4428)
    #expect(throws: Band.Undefined.self) { try limits(.exactCount, "0.3901", count: 541) }
    #expect(throws: Band.Undefined.self) { try limits(.exactCount, "0.3900") }
  }

  @Test("A prediction of seeds is the t interval of one more run, and never narrower than one item")
  func seedPrediction() throws {
    let runs = ["0.3153", "0.3141", "0.3160"]
    #expect(
      isNear(
        try limits(.seedPrediction(runs: runs, level: 0.95), "0.3153", count: 14042),
        0.310359, 0.319907))
    let same = Band.Kind.seedPrediction(runs: ["0.5", "0.5", "0.5"], level: 0.95)
    #expect(isNear(try limits(same, "0.5", count: 100), 0.49, 0.51))
    #expect(isNear(try limits(same, "0.5"), 0.5, 0.5))
    #expect(throws: Band.Undefined.self) {
      try limits(.seedPrediction(runs: ["0.5"], level: 0.95), "0.5")
    }
  }

  @Test("Reference convergence points allow less for the mean of more runs")
  func referenceConvergence() throws {
    let runs = ["0.30", "0.31", "0.32", "0.33", "0.34", "0.35"]
    let kind = Band.Kind.referenceConvergence(runs: runs, level: 0.95, dropped: 1)
    let one = try limits(kind, "0.32")
    let many = try limits(kind, "0.32", ownRuns: 7)
    #expect(abs(one.center - 0.325) < 1e-12 && abs(many.center - 0.325) < 1e-12)
    // t(0.975, 3) s √(1/4 + 1) and t(0.975, 7) s √(1/4 + 1/5) with s = 0.0170783 over all six runs.
    #expect(abs(one.halfWidth - 3.1824463 * 0.0170783 * 1.1180340) < 1e-6)
    #expect(abs(many.halfWidth - 2.3646243 * 0.0170783 * 0.6708204) < 1e-6)
  }

  @Test("A band of flips follows from the share of items that flip and their number")
  func conditionalFlip() throws {
    let kind = Band.Kind.conditionalFlip(discordance: 0.1, from: "a guess", level: 0.95)
    #expect(isNear(try limits(kind, "0.3153", count: 14042), 0.310070, 0.320530))
    #expect(throws: Band.Undefined.self) { try limits(kind, "0.3153") }
  }

  @Test("With few flips a band holds the whole numbers of items that are likely enough")
  func fewFlips() throws {
    let kind = Band.Kind.conditionalFlip(discordance: 0.013158, from: "a guess", level: 0.993609)
    // Skellam's distribution has 0.9882 within four items of 228 and more than 0.9936 within five.
    let limits = try limits(kind, "0.289474", count: 228)
    #expect(isNear(limits, 0.289474 - 5.0 / 228 - 5e-7, 0.289474 + 5.0 / 228 + 5e-7))
    #expect(limits.contains(61.0 / 228) && !limits.contains(60.0 / 228))
    #expect(limits.flips != nil && limits.estimate != nil)
  }

  @Test("A binomial band is that of other items, or of some of the documented ones")
  func binomial() throws {
    let same = try limits(.binomial(level: 0.95), "0.5", count: 100, ownCount: 100)
    #expect(isNear(same, 0.402002, 0.597998))
    let fewer = try limits(.binomial(level: 0.95), "0.5", count: 100, ownCount: 50)
    let more = try limits(.binomial(level: 0.95), "0.5", count: 100, ownCount: 200)
    #expect(abs(more.halfWidth - 1.95996398 * 0.0612372) < 1e-6)
    // Some of the documented items: √(0.25 (1/50 − 1/100)).
    #expect(abs(fewer.halfWidth - 1.95996398 * 0.05) < 1e-6)
  }

  @Test("Authored limits are those that are written down, in the unit of the value")
  func authored() throws {
    let kind = Band.Kind.authored(reason: "agreed")
    let stored = Band.Stored(lower: "30", upper: "33.5")
    #expect(isNear(try limits(kind, "31.5", stored: stored, unit: .percent), 0.3, 0.335))
    #expect(throws: Band.Undefined.self) { try limits(kind, "0.5") }
    #expect(throws: Band.Undefined.self) {
      try limits(kind, "0.5", stored: Band.Stored(lower: "0.6", upper: "0.4"))
    }
  }

  @Test("A prediction for the mean of several runs is narrower than for one")
  func seedPredictionOfMeans() throws {
    let kind = Band.Kind.seedPrediction(runs: ["0.3153", "0.3141", "0.3160"], level: 0.95)
    let one = try limits(kind, "0.3153", count: 14042)
    let three = try limits(kind, "0.3153", count: 14042, ownRuns: 3)
    // √(1/3 + 1/3) for √(1/3 + 1)
    #expect(abs(three.halfWidth / one.halfWidth - 0.5.squareRoot()) < 1e-9)
    #expect(three.center == one.center)
  }

  @Test("Stored limits have the decimals of the value at least, and the computed one is told")
  func contradictions() throws {
    let kind = Band.Kind.conditionalFlip(discordance: 0.1, from: "a guess", level: 0.95)
    let center = Band.Center(text: "0.3153", unit: .fraction, count: 14042)
    func contradiction(_ lower: String, _ upper: String) throws -> Band.Contradiction? {
      try Band(kind: kind, stored: Band.Stored(lower: lower, upper: upper))
        .contradiction(around: center)
    }
    #expect(try contradiction("0.3101", "0.3205") == nil)
    #expect(try contradiction("0.3101", "0.32053") == nil)
    for (lower, upper) in [("0", "0"), ("0.31", "0.3205"), ("0.3101", "0.32")] {
      let error = try #require(throws: Band.Undefined.self) { try contradiction(lower, upper) }
      #expect(error.description.contains("has fewer decimals than the value \"0.3153\""))
    }
    #expect(
      try contradiction("0.3102", "0.3205")
        == Band.Contradiction(side: "lower", stored: "0.3102", computed: "0.3101"))
    #expect(
      try contradiction("0.3101", "0.3206")
        == Band.Contradiction(side: "upper", stored: "0.3206", computed: "0.3205"))
    let percent = Band.Center(text: "50.0", unit: .percent, count: 100)
    let found = try Band(
      kind: .binomial(level: 0.95), stored: Band.Stored(lower: "40.1", upper: "59.8")
    ).contradiction(around: percent)
    #expect(found == Band.Contradiction(side: "lower", stored: "40.1", computed: "40.2"))
    #expect(try Band(kind: kind, stored: nil).contradiction(around: center) == nil)
  }

  @Test("A band from 0 to 1 is vacuous, and every kind says which question it answers")
  func questions() throws {
    #expect(Band.Limits(lower: 0, upper: 1).isVacuous)
    #expect(!Band.Limits(lower: 0.001, upper: 1.2).isVacuous)
    let kinds: [Band.Kind] = [
      .rounding, .exactCount, .seedPrediction(runs: ["0.1", "0.2"], level: 0.95),
      .referenceConvergence(runs: ["0.1"], level: 0.9, dropped: 1),
      .conditionalFlip(discordance: 0.125, from: "two runs", level: 0.95), .binomial(level: 0.95),
      .authored(reason: "agreed"),
    ]
    let questions = kinds.map { Band(kind: $0, stored: nil).question }
    #expect(Set(questions).count == kinds.count)
    #expect(questions.allSatisfy { $0.contains("?") })
    #expect(questions[4].contains("12.5 % of items that flip between two runs (two runs)"))
    #expect(questions[5].contains("It says nothing about a repetition on the same items."))
  }
}
