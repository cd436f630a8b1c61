/// How many of some items lie in each cell of a grid over two quantities, the more the darker, with a line over the first quantity
/// on a scale of its own.
struct DensityChart: Sendable {
  let title: String
  /// Names of both quantities, from 0 to `width`, and from 0 to 1.
  let horizontal: String
  let vertical: String
  let width: Double
  /// Cells over the first quantity, and over the second.
  let columns: Int
  let rows: Int
  /// Number of items of each cell, those of the first column first, from the bottom up.
  let counts: [Int]
  /// A value for each column, from 0 up; nil for those without one.
  ///
  /// None draws no line.
  var line: [Double?] = []
  var lineName = ""

  private static let left = 44.0
  private static let plotHeight = 180.0

  /// The chart.
  var chart: Chart {
    let (top, right) = (22.0, Chart.smallWidth - (line.isEmpty ? 12 : 40))
    let bottom = top + Self.plotHeight
    // Without the room at both ends that scales of measured values have.
    func x(_ share: Double) -> Double { Self.left + share * (right - Self.left) }
    func y(_ share: Double) -> Double { bottom - share * Self.plotHeight }
    var shapes: [Markup] = [.words(vertical, 4, 12, class: "name")]
    let most = Double(max(counts.max() ?? 1, 1))
    let (cellWidth, cellHeight) = (
      (right - Self.left) / Double(columns), Self.plotHeight / Double(rows)
    )
    for (index, count) in counts.enumerated() where count > 0 {
      let (column, row) = (index / rows, index % rows)
      // A root, so that few tokens are seen beside many.
      let shade = max((Double(count) / most).squareRoot(), 0.08)
      shapes.append(
        .element(
          "rect",
          [
            .init("class", "cell"), .init("x", x(Double(column) / Double(columns))),
            .init("y", y(Double(row + 1) / Double(rows))), .init("width", cellWidth),
            .init("height", cellHeight), .init("fill-opacity", shade),
          ], [.element("title", [], [.text("\(count)")])]))
    }
    shapes += [
      .line("axis", Self.left, top, Self.left, bottom),
      .line("axis", Self.left, bottom, right, bottom),
      .words(horizontal, (Self.left + right) / 2, bottom + 31, anchor: "middle", class: "name"),
    ]
    for share in [0, 0.5, 1.0] {
      shapes.append(.words(Markup.number(share), Self.left - 5, y(share) + 4, anchor: "end"))
    }
    for value in stride(from: 0, through: width.rounded(.down), by: 1) {
      shapes.append(.words(Markup.number(value), x(value / width), bottom + 14, anchor: "middle"))
    }
    return Chart(
      title: title, width: Chart.smallWidth, height: bottom + 38,
      shapes: shapes + curve(x: x, y: y, right: right))
  }

  private func curve(x: (Double) -> Double, y: (Double) -> Double, right: Double) -> [Markup] {
    let known = line.enumerated().compactMap { index, value in value.map { (index, $0) } }
    guard let largest = known.map(\.1).max(), largest > 0 else { return [] }
    return [
      .path(
        "curve s1",
        known.map { index, value in
          (x((Double(index) + 0.5) / Double(columns)), y(value / largest))
        }),
      .words(Markup.number(largest), right + 5, y(1) + 4),
      .words("0", right + 5, y(0) + 4),
      .words(lineName, right + 34, 12, anchor: "end", class: "name"),
    ]
  }
}
