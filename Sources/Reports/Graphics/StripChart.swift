/// One value for each document as a heap of dots over an axis, with their mean and its interval.
struct StripChart: Sendable {
  let title: String
  let axis: String
  let values: [Double]
  let mean: Double
  var interval: ClosedRange<Double>?
  /// Means of seeds, drawn as small lines above the mean.
  var seeds: [Double] = []

  /// So many places there are for dots beside each other.
  private static let columns = 84
  private static let plotHeight = 92.0
  private static let margin = 14.0

  /// The chart.
  var chart: Chart {
    let all = values + [0, mean] + seeds + (interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
    let scale = ChartScale(all, from: Self.margin, to: Chart.width - Self.margin, ticks: 6)
    let bottom = Self.plotHeight + 34
    let zero = scale.position(0)
    var shapes = Markup.axis(scale, name: axis, top: 4, bottom: bottom)
    shapes.append(.line("reference", zero, 4, zero, bottom))
    shapes += heaps(scale, bottom: Self.plotHeight)
    let y = Self.plotHeight + 18
    if let interval {
      shapes.append(
        .line(
          "interval s2", scale.position(interval.lowerBound), y,
          scale.position(interval.upperBound), y))
    }
    shapes += seeds.map { seed in
      let x = scale.position(seed)
      return .line("seed", x, y - 9, x, y + 9)
    }
    shapes.append(.mark(series: 2, scale.position(mean), y, size: 5))
    return Chart(title: title, width: Chart.width, height: bottom + 38, shapes: shapes)
  }

  /// Documents in heaps: a dot for each, or bars where there are too many.
  private func heaps(_ scale: ChartScale, bottom: Double) -> [Markup] {
    var counts = [Int](repeating: 0, count: Self.columns)
    let width = (scale.end - scale.start) / Double(Self.columns)
    for value in values where value.isFinite {
      let column = Int((scale.position(value) - scale.start) / width)
      counts[min(max(column, 0), Self.columns - 1)] += 1
    }
    let highest = max(counts.max() ?? 1, 1)
    let step = min(6, (bottom - 8) / Double(highest))
    return counts.enumerated().flatMap { column, count -> [Markup] in
      guard count > 0 else { return [] }
      let x = scale.start + (Double(column) + 0.5) * width
      guard step >= 3 else {
        let height = Double(count) * step
        return [.box("heap", x - width / 2 + 0.5, bottom - height, width - 1, height)]
      }
      return (0..<count).map { place in
        .element(
          "circle",
          [
            .init("class", "document"), .init("cx", x),
            .init("cy", bottom - (Double(place) + 0.5) * step), .init("r", min(2.5, step / 2)),
          ], [])
      }
    }
  }
}
