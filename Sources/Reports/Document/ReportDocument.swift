import Files

/// A report as what it says, before anybody decides how it looks: the page and the Markdown text are made from it.
struct ReportDocument: Sendable {
  /// What the report is of.
  let title: String
  /// How it ends, in a word and a sentence.
  let headline: Headline
  let sections: [Section]

  /// The verdict.
  struct Headline: Sendable {
    let status: String
    let sentence: String
    /// What was asked; empty where nothing was.
    var question = ""
  }

  /// A part with a heading.
  struct Section: Sendable {
    /// What links call it.
    let id: String
    let title: String
    let blocks: [Block]
  }

  /// A part of a section.
  indirect enum Block: Sendable {
    case paragraph(String)
    /// Sentences that do not follow from each other.
    case list([String])
    case table(Table)
    /// A chart with what it shows.
    case figure(Chart, caption: String)
    /// Charts beside each other.
    case figures([Chart], caption: String)
    /// Lines to be typed.
    case commands([String])
    /// Text of a stranger that may be long and have many lines.
    case quotation(String, label: String)
    /// A heading of its own, with a status.
    case item(title: String, status: String, [Block])
    /// What is shown when it is asked for.
    case details(summary: String, [Block])
    /// Details that a reader filters by their words.
    case entries([Entry])
  }

  /// A table; the first column names the rows.
  struct Table: Sendable {
    let caption: String
    let header: [String]
    let rows: [[Cell]]
    /// The columns of numbers.
    var numeric: Set<Int> = []
  }

  /// A cell of a table.
  struct Cell: Sendable, ExpressibleByStringInterpolation {
    let text: String
    /// What it is, where that shows.
    var kind = Kind.plain
    /// Where a browser finds the number in the evidence, and with how many decimals it is shown.
    var source: Source?

    enum Kind: Sendable {
      case plain
      /// The name of a verdict.
      case status
      /// Digits that may be broken anywhere.
      case digest
    }

    struct Source: Sendable {
      let pointer: String
      let digits: Int
    }

    init(_ text: String, _ kind: Kind = .plain) {
      self.text = text
      self.kind = kind
    }

    init(stringLiteral text: String) { self.init(text) }

    /// A number as the evidence has it at a place, rounded.
    init(_ value: Double, digits: Int, at pointer: String) {
      text = Decimals.fixed(value, digits)
      source = Source(pointer: pointer, digits: digits)
    }
  }

  /// A text in parts, of which every second one stood between backquotes: it is typed.
  static func parts(_ text: String) -> [String] {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
    return parts.count % 2 == 1 ? parts : [text]
  }

  /// Something that a reader looks up.
  struct Entry: Sendable {
    let title: String
    /// The words that filters look for beside the text.
    let kind: String
    let blocks: [Block]
  }
}
