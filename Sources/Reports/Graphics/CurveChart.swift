/// A quantity of training over steps: a thin line for each seed of an arm, in the arm's colour and pattern.
struct CurveChart: Sendable {
  /// A training.
  struct Curve: Sendable {
    let series: Int
    let points: [(step: Int, value: Double)]
  }

  let title: String
  let axis: String
  let curves: [Curve]

  /// So many points of a curve are drawn at most: of more, the means of equal parts.
  static let most = 200

  private static let height = 190.0
  private static let left = 50.0

  /// The chart.
  var chart: Chart {
    let curves = curves.map { Curve(series: $0.series, points: Self.thinned($0.points)) }
    let points = curves.flatMap(\.points).filter { $0.value.isFinite }
    let (top, bottom) = (20.0, Self.height - 40)
    let steps = ChartScale(
      points.map { Double($0.step) }, from: Self.left, to: Chart.smallWidth - 10, ticks: 4)
    let values = ChartScale(points.map(\.value), from: bottom, to: top, ticks: 4)
    var shapes: [Markup] = values.ticks.flatMap { tick -> [Markup] in
      let y = values.position(tick.value)
      return [
        .line("grid", Self.left, y, Chart.smallWidth - 10, y),
        .words(tick.text, Self.left - 5, y + 4, anchor: "end"),
      ]
    }
    shapes += Markup.axis(steps, name: "optimizer step", top: top, bottom: bottom)
    shapes.append(.words(axis, 4, 12, class: "name"))
    shapes += curves.map { curve in
      .path(
        "curve s\(curve.series % 7)",
        curve.points.filter { $0.value.isFinite }.map {
          (steps.position(Double($0.step)), values.position($0.value))
        })
    }
    return Chart(title: title, width: Chart.smallWidth, height: Self.height, shapes: shapes)
  }

  /// The points, or as many means of equal parts as are drawn at most.
  static func thinned(_ points: [(step: Int, value: Double)]) -> [(step: Int, value: Double)] {
    guard points.count > most else { return points }
    return (0..<most).map { part in
      let own = points[part * points.count / most..<(part + 1) * points.count / most]
      let sum = own.reduce(0) { $0 + $1.value }
      return (own[own.startIndex + own.count / 2].step, sum / Double(own.count))
    }
  }
}
