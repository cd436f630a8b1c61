import Files

/// A piece of HTML or SVG as a tree: whatever stands in it as text is read as text, and the same tree gives the same bytes.
///
/// Nothing invisible gets in: control characters, overrides of the direction and the like become escapes (``Printable``).
indirect enum Markup: Sendable, Equatable {
  /// Text on one line.
  case text(String)
  /// Text with line feeds that count, for `pre`.
  case lines(String)
  /// An element; attributes keep their order.
  case element(String, [Attribute], [Markup])

  /// An attribute of an element.
  struct Attribute: Sendable, Equatable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = Printable.text(value)
    }

    init(_ name: String, _ value: Double) { self.init(name, Markup.number(value)) }
  }

  /// An element with one attribute that styles name it by.
  static func element(_ name: String, class type: String, _ children: [Markup]) -> Markup {
    .element(name, [Attribute("class", type)], children)
  }

  /// A coordinate: two decimals at most, the same in every locale.
  static func number(_ value: Double) -> String {
    var text = Decimals.fixed(value, 2)
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// The characters of a text node, as a browser has them after parsing.
  private var characters: String? {
    switch self {
    case .text(let text): Printable.text(text)
    case .lines(let text):
      text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { Printable.text(String($0)) }.joined(separator: "\n")
    case .element: nil
    }
  }

  // MARK: - Writing

  /// Elements of HTML that have no end.
  private static let empty: Set = ["br", "input", "meta"]

  /// The tree as HTML, or as XML if it has no elements without an end.
  var html: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    guard case .element(let name, let attributes, let children) = self else {
      // Whoever prints the file gets no line that a stranger has begun.
      text += Self.escaped(characters ?? "").replacing("\n", with: "&#10;")
      return
    }
    text += "<" + name
    for attribute in attributes {
      text += " \(attribute.name)=\"\(Self.escaped(attribute.value))\""
    }
    text += ">"
    guard !Self.empty.contains(name) else { return }
    // A parser drops the first line feed of a pre, which else could be one of the text.
    if name == "pre" { text += "\n" }
    for child in children { child.write(to: &text) }
    text += "</\(name)>"
  }

  /// What a browser's script finds when it walks the parsed tree: names, attributes and texts.
  ///
  /// Its digest tells whether somebody has changed a page since it was written.
  var outline: String {
    var text = ""
    writeOutline(to: &text)
    return text
  }

  private func writeOutline(to text: inout String) {
    guard case .element(let name, let attributes, let children) = self else {
      text += characters ?? ""
      return
    }
    text += "<" + name
    for attribute in attributes { text += "\n\(attribute.name)=\(attribute.value)" }
    text += ">"
    for child in children { child.writeOutline(to: &text) }
    text += "</>"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
