import Foundation
import FoundationXML
import TestSupport
import Testing

@testable import Reports

@Suite("Charts") struct ChartTests {
  @Test("name round values, the same for any range")
  func ticks() {
    #expect(
      ChartScale([0, 1], from: 0, to: 100).ticks.map(\.text) == [
        "0.0", "0.5", "1.0",
      ])
    #expect(
      ChartScale([0, 16], from: 0, to: 100, ticks: 4).ticks.map(\.text) == ["0", "5", "10", "15"])
    #expect(ChartScale([-250, 900], from: 0, to: 100).ticks.map(\.text) == ["0", "500"])
    #expect(ChartScale([0, 0.0002], from: 0, to: 1, ticks: 4).ticks.map(\.text).contains("0.0001"))
    for values in [
      [], [.nan], [.infinity, 1], [5, 5], [0, 0], [1e300, -1e300], [.leastNormalMagnitude, 0],
    ] {
      let scale = ChartScale(values, from: 0, to: 100)
      #expect(scale.position(scale.range.lowerBound).isFinite, "\(values)")
      #expect(scale.ticks.count < 20)
    }
  }

  @Test("put their lower value at the start and their upper value at the end")
  func positions() {
    let scale = ChartScale([0, 100], from: 10, to: 208)
    #expect(abs(scale.position(50) - 109) < 1e-9)
    #expect(scale.position(0) > 10 && scale.position(100) < 208)
  }

  @Test("are well-formed files of their own, whatever their texts are")
  func files() throws {
    for text in HostileText.corpus + ["</svg><script>", "\"'&<>"] {
      let charts = [
        DotChart(
          title: text, axis: text,
          rows: [
            .init(
              label: text, note: text, band: -1...1,
              dots: [.init(series: 1, value: 7, interval: 0...9)]),
            .init(label: text, dots: [.init(series: 9, value: .nan)]),
          ], references: [.init(value: 0, name: text)], series: [(1, text)], window: -3...3
        ).chart,
        StripChart(
          title: text, axis: text, values: [1, .nan, 2], mean: 1, interval: 0...2, seeds: [1]
        ).chart,
        DensityChart(
          title: text, horizontal: text, vertical: text, width: 3, columns: 2, rows: 2,
          counts: [0, 9, 1, 0], line: [1, nil], lineName: text
        ).chart,
        CurveChart(
          title: text, axis: text, curves: [.init(series: 2, points: [(1, 2), (2, .nan)])]
        ).chart,
      ]
      for chart in charts {
        #expect(XMLParser(data: Data(chart.svg.utf8)).parse(), "\(text)")
        #expect(HostileText.faults(in: chart.svg.utf8) == [])
        #expect(!chart.svg.contains("nan"))
      }
    }
  }

  @Test("of many documents draw bars, and of many steps means")
  func many() {
    let values = (0..<5000).map { Double($0 % 100) }
    let strip = StripChart(title: "t", axis: "a", values: values, mean: 50).chart.svg
    #expect(strip.contains("heap") && !strip.contains("class=\"document\""))
    let thinned = CurveChart.thinned((0..<10_000).map { ($0, Double($0)) })
    #expect(thinned.count == CurveChart.most && thinned[0].value == 24.5)
  }
}
