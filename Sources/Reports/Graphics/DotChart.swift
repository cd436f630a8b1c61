/// Values with intervals in rows over one axis: forest plots, and differences of several arms.
struct DotChart: Sendable {
  /// A value of a series.
  struct Dot: Sendable {
    let series: Int
    let value: Double
    var interval: ClosedRange<Double>?
  }

  /// A row with what it is called, and a note at its end.
  struct Row: Sendable {
    let label: String
    var note = ""
    /// Where values are expected.
    var band: ClosedRange<Double>?
    let dots: [Dot]
    /// Single values behind the first dot, drawn as small lines.
    var parts: [Double] = []
  }

  /// A value that all rows are read by, such as no difference.
  struct Reference: Sendable {
    let value: Double
    let name: String
  }

  let title: String
  let axis: String
  let rows: [Row]
  var references: [Reference] = []
  var series: [(series: Int, name: String)] = []
  /// The values that are drawn, nil for all; what lies farther out is an arrow at the edge.
  var window: ClosedRange<Double>?

  private static let labelHeight = 16.0
  private static let dotHeight = 12.0
  private static let margin = 14.0

  /// The chart.
  var chart: Chart {
    let legend = Markup.legend(series, width: Chart.width, top: 0)
    var y = legend.height + (references.isEmpty ? 4 : 20)
    let top = y
    let scale = ChartScale(
      values, from: Self.margin, to: Chart.width - Self.margin, ticks: 6)
    var shapes: [Markup] = []
    for row in rows {
      let room = Self.dotHeight * Double(max(row.dots.count, 1)) + 4
      shapes.append(.words(Chart.shortened(row.label, to: 44), 4, y + 12))
      shapes.append(.words(row.note, Chart.width - 4, y + 12, anchor: "end", class: "note"))
      y += Self.labelHeight
      if let band = row.band {
        let (left, right) = (
          scale.position(clamped(band.lowerBound)), scale.position(clamped(band.upperBound))
        )
        shapes.append(.box("band", left, y, right - left, room - 4))
      }
      shapes += row.parts.filter(\.isFinite).map { part in
        let x = scale.position(clamped(part))
        return .line("seed", x, y - 1, x, y + Self.dotHeight - 1)
      }
      for dot in row.dots {
        y += Self.dotHeight
        shapes += draw(dot, scale, at: y - Self.dotHeight / 2 - 1)
      }
      y += row.dots.isEmpty ? Self.dotHeight + 6 : 6
    }
    let marks = references.flatMap { reference -> [Markup] in
      let x = scale.position(reference.value)
      return [
        .line("reference", x, top - 2, x, y),
        .words(reference.name, x, top - 6, anchor: anchor(x), class: "note"),
      ]
    }
    return Chart(
      title: title, width: Chart.width, height: y + 38,
      shapes: legend.shapes + Markup.axis(scale, name: axis, top: top, bottom: y) + marks + shapes)
  }

  private func anchor(_ x: Double) -> String {
    x < 90 ? "start" : x > Chart.width - 90 ? "end" : "middle"
  }

  private var values: [Double] {
    if let window { return [window.lowerBound, window.upperBound] }
    let own = rows.flatMap { row in
      row.dots.flatMap { dot in
        [dot.value] + (dot.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
      } + row.parts + (row.band.map { [$0.lowerBound, $0.upperBound] } ?? [])
    }
    return own + references.map(\.value)
  }

  private func clamped(_ value: Double) -> Double {
    guard let window else { return value }
    return min(max(value, window.lowerBound), window.upperBound)
  }

  private func draw(_ dot: Dot, _ scale: ChartScale, at y: Double) -> [Markup] {
    guard dot.value.isFinite else { return [] }
    var shapes: [Markup] = []
    if let interval = dot.interval {
      let (left, right) = (
        scale.position(clamped(interval.lowerBound)), scale.position(clamped(interval.upperBound))
      )
      shapes.append(.line("interval s\(dot.series % 7)", left, y, right, y))
    }
    let place = clamped(dot.value)
    let x = scale.position(place)
    guard place == dot.value else {
      let direction = dot.value > place ? 1.0 : -1
      shapes.append(
        .path(
          "arrow s\(dot.series % 7)",
          [(x - 7 * direction, y - 4), (x, y), (x - 7 * direction, y + 4)]))
      return shapes
    }
    return shapes + [.mark(series: dot.series, x, y)]
  }
}
