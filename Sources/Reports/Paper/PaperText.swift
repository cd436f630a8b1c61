/// A text of the article: words of its author's, and everything else by its kind.
///
/// A text is written as an interpolated string. There is no interpolation of a plain string, so that nothing that was read
/// or computed gets into a sentence but as a ``Fact``.
struct PaperText: Sendable, Equatable {
  /// A piece of the text.
  enum Run: Sendable, Equatable {
    /// Words of the author's.
    case words(String)
    /// A value.
    case fact(Fact)
    /// A value that stands out.
    case strong(Fact)
    /// A word that is introduced.
    case term(String)
    /// What is typed.
    case code(String)
    /// A formula in TeX.
    case math(String)
    /// Works that are cited.
    case citation([Reference])
    /// A table or figure of the paper.
    case see(PaperDocument.Label)
  }

  private(set) var runs: [Run]

  init(_ runs: [Run] = []) { self.runs = runs }

  /// Texts one after the other.
  init(_ texts: [PaperText], separator: String) {
    runs = []
    for (index, text) in texts.enumerated() {
      if index > 0 { runs.append(.words(separator)) }
      runs += text.runs
    }
  }

  /// Texts as a person lists them: "a, b and c".
  static func list(_ texts: [PaperText]) -> PaperText {
    guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
    return "\(PaperText(texts.dropLast(), separator: ", ")) and \(last)"
  }

  /// Values as a person lists them.
  static func list(_ facts: [Fact]) -> PaperText { list(facts.map { "\($0)" }) }
}

extension PaperText: ExpressibleByStringInterpolation {
  init(stringLiteral words: String) { self.init(words.isEmpty ? [] : [.words(words)]) }

  init(stringInterpolation: StringInterpolation) { self.init(stringInterpolation.runs) }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var runs: [Run] = []

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ words: String) {
      if !words.isEmpty { runs.append(.words(words)) }
    }
    mutating func appendInterpolation(_ fact: Fact) { runs.append(.fact(fact)) }
    mutating func appendInterpolation(strong fact: Fact) { runs.append(.strong(fact)) }
    mutating func appendInterpolation(_ text: PaperText) { runs += text.runs }
    mutating func appendInterpolation(term: String) { runs.append(.term(term)) }
    mutating func appendInterpolation(code: String) { runs.append(.code(code)) }
    mutating func appendInterpolation(math: String) { runs.append(.math(math)) }
    mutating func appendInterpolation(cite works: Reference...) { runs.append(.citation(works)) }
    mutating func appendInterpolation(see label: PaperDocument.Label) { runs.append(.see(label)) }
  }
}

/// Sentences of a paragraph, some of which depend on what was found.
@resultBuilder enum Sentences {
  static func buildExpression(_ text: PaperText) -> [PaperText] { [text] }
  static func buildExpression(_ texts: [PaperText]) -> [PaperText] { texts }
  static func buildBlock(_ parts: [PaperText]...) -> [PaperText] { parts.flatMap(\.self) }
  static func buildOptional(_ part: [PaperText]?) -> [PaperText] { part ?? [] }
  static func buildEither(first part: [PaperText]) -> [PaperText] { part }
  static func buildEither(second part: [PaperText]) -> [PaperText] { part }
  static func buildArray(_ parts: [[PaperText]]) -> [PaperText] { parts.flatMap(\.self) }
}

/// Blocks of a section, some of which depend on what was found; a text by itself is a paragraph.
@resultBuilder enum Blocks {
  typealias Block = PaperDocument.Block

  static func buildExpression(_ text: PaperText) -> [Block] { [.paragraph(text)] }
  static func buildExpression(_ block: Block) -> [Block] { [block] }
  static func buildExpression(_ blocks: [Block]) -> [Block] { blocks }
  static func buildBlock(_ parts: [Block]...) -> [Block] { parts.flatMap(\.self) }
  static func buildOptional(_ part: [Block]?) -> [Block] { part ?? [] }
  static func buildEither(first part: [Block]) -> [Block] { part }
  static func buildEither(second part: [Block]) -> [Block] { part }
  static func buildArray(_ parts: [[Block]]) -> [Block] { parts.flatMap(\.self) }
}
