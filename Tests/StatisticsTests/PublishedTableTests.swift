import Testing

@testable import Statistics

/// One row of the table of Axolotl's post on EAFT, with what is known about it.
private struct Row: CustomTestStringConvertible {
  let task: String
  let count: Int
  /// As printed: EAFT, SFT and the standard error of EAFT.
  let values: (String, String, String)
  /// The counts that the values stand for; the total of MMLU has two, of which the parts leave one.
  let counts: (ClosedRange<Int>, ClosedRange<Int>)
  /// The difference in standard errors as if the arms had answered different items.
  let unpaired: Double
  var testDescription: String { task }

  init(
    _ task: String, _ count: Int, _ values: (String, String, String),
    _ counts: (ClosedRange<Int>, ClosedRange<Int>), _ unpaired: Double
  ) {
    self.task = task
    self.count = count
    self.values = values
    self.counts = counts
    self.unpaired = unpaired
  }
}

private let table = [
  Row("humanities", 4705, ("0.2959", "0.2912", ".0067"), (1392...1392, 1370...1370), 0.50),
  Row("social sciences", 3077, ("0.3578", "0.3474", ".0086"), (1101...1101, 1069...1069), 0.85),
  Row("STEM", 3153, ("0.2544", "0.2490", ".0078"), (802...802, 785...785), 0.49),
  Row("other", 3107, ("0.3643", "0.3614", ".0086"), (1132...1132, 1123...1123), 0.24),
  Row("MMLU", 14042, ("0.3153", "0.3096", ".0039"), (4427...4428, 4347...4348), 1.03),
  Row("IFEval prompts", 541, ("0.3900", "0.4030", ".0210"), (211...211, 218...218), -0.44),
  Row("IFEval instructions", 834, ("0.5372", "0.5504", ".0173"), (448...448, 459...459), -0.54),
  Row("GSM8K", 1319, ("0.1721", "0.1736", ".0104"), (227...227, 229...229), -0.10),
  Row("ARC-C", 1172, ("0.3481", "0.3515", ".0139"), (408...408, 412...412), -0.17),
  Row("HellaSwag", 10042, ("0.5780", "0.5779", ".0049"), (5804...5804, 5803...5803), 0.01),
]

/// A printed value that a test writes itself.
private func printed(_ text: String, _ unit: PrintedValue.Unit = .fraction) throws -> PrintedValue {
  try #require(PrintedValue(text: text, unit: unit), "\(text) cannot be read")
}

@Suite("Printed values")
struct PrintedValueTests {
  @Test("Digits, decimals and value of what a table prints")
  func read() throws {
    let cell = try printed("0.3900")
    #expect(cell.numerator == 3900)
    #expect(cell.decimals == 4)
    #expect(cell.denominator == 10_000)
    #expect(cell.value == 0.39)
    #expect(cell.halfUnit == 0.00005)
    #expect(cell != (try printed("0.39")))
    let percent = try printed("-39.00", .percent)
    #expect(percent.numerator == -3900)
    #expect(percent.decimals == 4)
    #expect(percent.value == -0.39)
    #expect(try printed("7").halfUnit == 0.5)
    #expect(try printed(".0067").value == 0.0067)
    #expect(try printed("999999999999999", .percent).value == 9_999_999_999_999.99)
    #expect(try printed("9999999999999999").numerator == 9_999_999_999_999_999)
    #expect(try printed("0.000000000000001", .percent).denominator == 100_000_000_000_000_000)
  }

  @Test(
    "What is not a plain decimal is refused",
    arguments: [
      "", "-", ".", "5.", "-.", "1e3", "+1", " 1", "1 ", "0,5", "--1", "1.2.3", "٣", "nan", "inf",
      "12345678901234567", "0.1\u{301}", "1%",
    ])
  func refused(text: String) {
    #expect(PrintedValue(text: text) == nil)
  }
}

@Suite("Counts behind printed values")
struct GRIMTests {
  @Test("Every cell of the published table has the counts that were found in it", arguments: table)
  private func published(row: Row) throws {
    let cells = (try printed(row.values.0), try printed(row.values.1))
    #expect(GRIM.possibleCounts(of: cells.0, count: row.count) == row.counts.0)
    #expect(GRIM.possibleCounts(of: cells.1, count: row.count) == row.counts.1)
    #expect(GRIM.isInformative(cells.0, count: row.count) == (row.count < 10_000))
    let fitting = DEBIT.counts(
      of: row.count, in: row.counts.0, fitting: try printed(row.values.2))
    #expect(fitting == [row.counts.0])
    func estimate(_ successes: Int) throws -> Estimate {
      let (p, n) = (Double(successes) / Double(row.count), Double(row.count))
      return try #require(
        Estimate(value: p, standardError: (p * (1 - p) / (n - 1)).squareRoot()))
    }
    let difference = try #require(
      try estimate(row.counts.0.lowerBound).unpairedDifference(
        from: try estimate(row.counts.1.lowerBound)))
    // The published statistic was computed from rounded numbers.
    #expect((difference.statistic - row.unpaired).magnitude <= 1e-2)
  }

  @Test("The four groups of MMLU add up to its total, and leave one count for it")
  func composite() throws {
    let groups = table.prefix(4)
    for (parts, total, sum) in [
      (groups.map(\.counts.0), table[4].counts.0, 4427),
      (groups.map(\.counts.1), table[4].counts.1, 4347),
    ] {
      let narrowed = try #require(GRIM.narrowed(parts: parts, total: total))
      #expect(narrowed.total == sum...sum)
      #expect(narrowed.parts == parts)
      // One more correct answer in a group, and two more in the total.
      #expect(
        GRIM.narrowed(
          parts: [parts[0].lowerBound + 9...parts[0].upperBound + 9]
            + parts.dropFirst(), total: total) == nil)
    }
  }

  @Test("In 500 to 600, 541 is the only number of prompts that fits both cells of IFEval")
  func inferredCount() throws {
    let cells = [try printed("0.3900"), try printed("0.4030")]
    #expect(GRIM.itemCounts(in: 500...600, fitting: cells) == [541])
    #expect(GRIM.itemCounts(in: 0...600, fitting: cells) == nil)
    #expect(GRIM.itemCounts(in: 1...Int.max, fitting: cells) == nil)
    #expect(GRIM.itemCounts(in: 1...3, fitting: []) == [1, 2, 3])
  }

  @Test("Published examples of impossible means")
  func impossible() throws {
    #expect(GRIM.possibleTotals(of: try printed("5.27"), count: 43) == nil)
    #expect(GRIM.possibleTotals(of: try printed("5.19"), count: 40) == nil)
    #expect(GRIM.possibleTotals(of: try printed("11.09"), count: 21) == nil)
    #expect(GRIM.possibleTotals(of: try printed("5.28"), count: 43) == 227...227)
    #expect(GRIM.possibleCounts(of: try printed("5.28"), count: 43) == nil)
    #expect(GRIM.possibleCounts(of: try printed("39.00", .percent), count: 541) == 211...211)
  }

  @Test("The counts are those that a search through all of them finds")
  func exhaustive() throws {
    for text in ["0", "1", "0.0", "0.5", "0.1", "0.25", "0.13", "0.999", "1.00", "-0.0", "-0.3"] {
      let value = try printed(text)
      for count in 1...150 {
        let fitting = (-2 * count...2 * count).filter { k in
          abs(2 * k * value.denominator - 2 * value.numerator * count) <= count
        }
        let totals = GRIM.possibleTotals(of: value, count: count)
        #expect(totals.map(Array.init) ?? [] == fitting, "\(text) of \(count)")
        let counts = GRIM.possibleCounts(of: value, count: count)
        #expect(counts.map(Array.init) ?? [] == fitting.filter { 0...count ~= $0 })
      }
    }
  }

  @Test("A random value of 541 items with two decimals can be anything, with four it cannot")
  func informative() throws {
    let coarse = try printed("0.39")
    #expect(!GRIM.isInformative(coarse, count: 541))
    #expect(GRIM.probabilityOfInconsistency(coarse, count: 541) == 0)
    #expect(GRIM.probabilityOfInconsistency(try printed("0.3900"), count: 541) == 0.9459)
  }

  @Test("Impossible, huge and overflowing numbers of items are answered, not trapped")
  func extreme() throws {
    let value = try printed("0.3900")
    for count in [0, -1, .min] {
      #expect(GRIM.possibleCounts(of: value, count: count) == nil)
      #expect(DEBIT.counts(of: count, in: 0...1, fitting: value).isEmpty)
    }
    #expect(GRIM.possibleCounts(of: value, count: 1_000_000_000) == 389_950_000...390_050_000)
    #expect(GRIM.possibleCounts(of: try printed("1"), count: .max)?.upperBound == .max)
    #expect(GRIM.possibleTotals(of: try printed("9999999999999999"), count: .max) == nil)
    #expect(GRIM.sum(of: [0...Int.max, 1...1]) == nil)
    #expect(GRIM.narrowed(parts: [Int.min...Int.min, -1...0], total: 0...0) == nil)
    #expect(GRIM.narrowed(parts: [], total: 0...3)?.total == 0...0)
    #expect(DEBIT.counts(of: .max, in: 0...Int.max, fitting: value).isEmpty)
  }

  @Test("Every number that narrowing leaves is part of a solution, and none is lost")
  func narrowing() throws {
    let choices = [0...2, 1...1, 2...5, 0...9]
    for first in choices {
      for second in choices {
        for total in [0...1, 2...4, 4...4, 10...20, 14...14] {
          let solutions = first.flatMap { a in
            second.filter { total ~= a + $0 }.map { (a, $0) }
          }
          let narrowed = GRIM.narrowed(parts: [first, second], total: total)
          #expect((narrowed == nil) == solutions.isEmpty)
          guard let narrowed else { continue }
          #expect(Set(narrowed.parts[0]) == Set(solutions.map(\.0)))
          #expect(Set(narrowed.parts[1]) == Set(solutions.map(\.1)))
          #expect(Set(narrowed.total) == Set(solutions.map { $0 + $1 }))
        }
      }
    }
  }
}

@Suite("Standard errors of printed proportions")
struct DEBITTests {
  @Test(
    "Published cells have the standard error of their proportion",
    arguments: [
      ("0.6128", 10042, "0.0049"), (".8893", 1319, ".0086"), (".3151", 311, ".0264"),
    ])
  func published(value: String, count: Int, error: String) throws {
    let counts = try #require(GRIM.possibleCounts(of: try printed(value), count: count))
    #expect(DEBIT.counts(of: count, in: counts, fitting: try printed(error)) == [counts])
    // One unit in the last place more fits none.
    let other = String(error.dropLast()) + String((Int(String(error.suffix(1))) ?? 0) + 1)
    #expect(DEBIT.counts(of: count, in: counts, fitting: try printed(other)).isEmpty)
  }

  @Test("The counts are those that a search through all of them finds, on both sides of a half")
  func exhaustive() throws {
    for count in 2...40 {
      for hundredths in 0...60 {
        let error = try printed("0.\(hundredths < 10 ? "0" : "")\(hundredths)")
        // k(n - k)/n²(n - 1) against the squares of the bounds, 200 times which are whole numbers.
        let fitting = (0...count).filter { k in
          let scale = count * count * (count - 1)
          let lower = max(0, 2 * hundredths - 1)
          return (lower * lower * scale...(2 * hundredths + 1) * (2 * hundredths + 1) * scale)
            .contains(40_000 * k * (count - k))
        }
        let ranges = DEBIT.counts(of: count, in: 0...count, fitting: error)
        #expect(ranges.flatMap(Array.init) == fitting, "\(hundredths) of \(count)")
      }
    }
  }
}
