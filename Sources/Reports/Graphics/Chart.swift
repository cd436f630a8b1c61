import Files

/// A drawing with a title and a description, of a size of its own: charts are written by hand, so that the same numbers give the
/// same bytes.
struct Chart: Sendable, Equatable {
  /// What it shows, for those who do not see it.
  let title: String
  /// Width and height in pixels, before it is scaled to where it stands.
  let width: Double
  let height: Double
  /// What is drawn, from back to front.
  let shapes: [Markup]

  /// The width of charts that stand alone, and of those that stand side by side.
  static let width = 520.0
  static let smallWidth = 300.0
  /// The size of text.
  static let textSize = 12.0
  /// The room that a character takes at most on average.
  static let characterWidth = 6.6

  /// The drawing as an element of a page.
  var markup: Markup {
    .element(
      "svg",
      [
        .init("class", "chart"),
        .init("viewBox", "0 0 \(Markup.number(width)) \(Markup.number(height))"),
        .init("width", width), .init("height", height), .init("role", "img"),
        .init("aria-label", title),
      ], shapes)
  }

  /// The drawing as a file of its own, in the colours of a bright page.
  var svg: String {
    guard case .element(let name, let attributes, let children) = markup else { return "" }
    let style = String(decoding: PackageResources.chart_css, as: UTF8.self)
    return Markup.element(
      name, [.init("xmlns", "http://www.w3.org/2000/svg")] + attributes,
      [.element("style", [], [.lines(style)])] + children
    ).html + "\n"
  }
}

// MARK: - Shapes

extension Markup {
  /// A line from one point to another.
  static func line(_ type: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Markup
  {
    .element(
      "line",
      [.init("class", type), .init("x1", x1), .init("y1", y1), .init("x2", x2), .init("y2", y2)], []
    )
  }

  /// A rectangle, of some width at least.
  static func box(
    _ type: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double
  ) -> Markup {
    .element(
      "rect",
      [
        .init("class", type), .init("x", x), .init("y", y), .init("width", max(width, 1.5)),
        .init("height", height),
      ], [])
  }

  /// Words, anchored at their start, middle or end.
  static func words(
    _ text: String, _ x: Double, _ y: Double, anchor: String = "start", class type: String = "words"
  ) -> Markup {
    .element(
      "text",
      [.init("class", type), .init("x", x), .init("y", y), .init("text-anchor", anchor)],
      [.text(text)])
  }

  /// A polyline through points.
  static func path(_ type: String, _ points: [(x: Double, y: Double)]) -> Markup {
    let places = points.map { "\(number($0.x)) \(number($0.y))" }.joined(separator: "L")
    return .element(
      "path", [.init("class", type), .init("d", places.isEmpty ? "" : "M" + places)], [])
  }

  /// The mark of a series: each has a shape of its own beside its colour.
  static func mark(series: Int, _ x: Double, _ y: Double, size: Double = 4.5) -> Markup {
    func polygon(_ corners: [(Double, Double)]) -> Markup {
      let points = corners.map { "\(number(x + $0.0 * size)),\(number(y + $0.1 * size))" }
      return .element(
        "polygon",
        [.init("class", "mark s\(series % 7)"), .init("points", points.joined(separator: " "))], [])
    }
    switch series % 5 {
    case 0:
      return .element(
        "circle",
        [.init("class", "mark s\(series % 7)"), .init("cx", x), .init("cy", y), .init("r", size)],
        [])
    case 1: return polygon([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
    case 2: return polygon([(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)])
    case 3: return polygon([(0, -1.2), (1.1, 0.8), (-1.1, 0.8)])
    default: return polygon([(0, 1.2), (1.1, -0.8), (-1.1, -0.8)])
    }
  }

  /// The names of series with their marks, as many in a line as have room.
  static func legend(
    _ names: [(series: Int, name: String)], width: Double, top: Double
  ) -> (shapes: [Markup], height: Double) {
    var shapes: [Markup] = []
    var (x, y) = (8.0, top + 12)
    for (series, name) in names {
      let name = Chart.shortened(name, to: 24)
      let room = Double(name.count) * Chart.characterWidth + 26
      if x + room > width, x > 8 { (x, y) = (8, y + 18) }
      shapes += [mark(series: series, x, y - 4), words(name, x + 10, y)]
      x += room
    }
    return (shapes, names.isEmpty ? 0 : y - top + 8)
  }

  /// An axis under a plot, with its name and unit.
  static func axis(
    _ scale: ChartScale, name: String, top: Double, bottom: Double
  ) -> [Markup] {
    scale.ticks.flatMap { tick -> [Markup] in
      let x = scale.position(tick.value)
      return [
        line("grid", x, top, x, bottom), words(tick.text, x, bottom + 14, anchor: "middle"),
      ]
    } + [
      line("axis", scale.start, bottom, scale.end, bottom),
      words(name, (scale.start + scale.end) / 2, bottom + 31, anchor: "middle", class: "name"),
    ]
  }
}

extension Chart {
  /// A text with so many characters at most; what is left out is told by an ellipsis.
  static func shortened(_ text: String, to count: Int) -> String {
    let printed = Printable.text(text)
    return printed.count > count ? printed.prefix(count - 1) + "…" : printed
  }
}
