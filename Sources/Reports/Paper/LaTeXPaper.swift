import Files

/// A paper as LaTeX: the text, the values that it names, and its tables, each in a file of its own.
///
/// Another value in a record changes `facts.tex`, `tables.tex` and charts; it changes `paper.tex` only where a sentence or
/// a part depends on it.
struct LaTeXPaper {
  private let document: PaperDocument
  private var book = FactBook()
  private var lines: [String] = []

  /// The first line of each file begins so.
  static let mark = "% Written by replicate paper"

  /// The files by their names.
  static func files(
    _ document: PaperDocument, of record: Fact.Origin
  ) -> [(name: String, content: String)] {
    var paper = LaTeXPaper(document: document)
    paper.write()
    return [
      ("paper.tex", paper.lines.joined(separator: "\n") + "\n"),
      ("facts.tex", facts(paper.book)), ("tables.tex", LaTeXTable.file(document, of: record)),
    ]
  }

  private init(document: PaperDocument) { self.document = document }

  /// A definition for each value, with the place that it is from and the digest of the file.
  private static func facts(_ book: FactBook) -> String {
    let lines = book.entries.map { name, fact in
      "\\factdef{\(name)}{\(LaTeXText.typed(fact.text))}% \(comment("\(fact.place) of the \(fact.origin.name)")), SHA-256 \(fact.origin.digest.hex)"
    }
    return
      ([
        "\(mark): the values that paper.tex names, each with the place that it is from.",
        "% Places that begin with judgement are in what `replicate check RECORD --json` prints.",
      ] + lines).joined(separator: "\n") + "\n"
  }

  /// Text that ends with its line.
  static func comment(_ text: String) -> String {
    String(String.UnicodeScalarView(Fact.shortened(text).unicodeScalars.filter(\.isASCII)))
  }

  // MARK: - The text

  private static let preamble = #"""
    : the text. No number of a record is in this file: those are in facts.tex and tables.tex.
    \documentclass[10pt,a4paper]{article}
    \usepackage[T1]{fontenc}
    \usepackage[utf8]{inputenc}
    \usepackage{lmodern}
    \usepackage[margin=2.6cm]{geometry}
    \usepackage{amsmath,array,booktabs,longtable,graphicx}
    \usepackage[hidelinks]{hyperref}
    \setlength{\emergencystretch}{3em}
    \setlength{\belowcaptionskip}{5pt}
    % Charts and tables stand among text, and fill a page before they get one.
    \renewcommand{\topfraction}{0.9}
    \renewcommand{\bottomfraction}{0.7}
    \renewcommand{\textfraction}{0.08}
    \renewcommand{\floatpagefraction}{0.8}
    % The same text gives the same bytes.
    \ifdefined\pdfinfoomitdate\pdfinfoomitdate=1 \pdftrailerid{}\pdfsuppressptexinfo=-1 \fi
    \newcommand{\factdef}[2]{\expandafter\gdef\csname fact:#1\endcsname{#2}}
    \newcommand{\fact}[1]{\ifcsname fact:#1\endcsname\csname fact:#1\endcsname\else
      \PackageError{replicate}{facts.tex has no #1}{Write all files anew.}\fi}
    \newcommand{\tabledef}[2]{\expandafter\gdef\csname table:#1\endcsname{#2}}
    \newcommand{\tablebody}[1]{\csname table:#1\endcsname}
    \newcommand{\tablecaption}{}
    % A chart is converted from SVG; without a converter its name stands in its place.
    \newcommand{\chart}[2]{\IfFileExists{figures/#2.pdf}{\includegraphics[width=#1\linewidth]{figures/#2.pdf}}{%
      \fbox{\texttt{figures/#2.svg}}}}
    \input{facts}
    \input{tables}
    """#

  private mutating func write() {
    lines = [Self.mark + Self.preamble, "\\title{\(text(document.title))}"]
    lines += ["\\author{\(text(document.byline))}", "\\date{}", "\\begin{document}", "\\maketitle"]
    lines += ["\\begin{abstract}"]
    for paragraph in document.abstract { lines += [text(paragraph), ""] }
    lines += ["\\end{abstract}", ""]
    for section in document.sections where !section.isAppendix { write(section) }
    writeReferences()
    lines.append("\\appendix")
    for section in document.sections where section.isAppendix { write(section) }
    lines.append("\\end{document}")
  }

  private mutating func write(_ section: PaperDocument.Section) {
    lines.append("\\section{\(LaTeXText.escaped(section.title))}")
    for block in section.blocks { write(block) }
  }

  private mutating func write(_ block: PaperDocument.Block) {
    switch block {
    case .paragraph(let words): lines.append(text(words))
    case .list(let items):
      lines.append("\\begin{itemize}\\setlength{\\itemsep}{0pt}")
      for item in items { lines.append("\\item \(text(item))") }
      lines.append("\\end{itemize}")
    case .heading(let words): lines.append("\\subsection{\(LaTeXText.escaped(words))}")
    case .equation(let formula): lines.append("\\[ \(formula) \\]")
    case .table(_, let label, let caption, let isLong):
      let heading = "\\caption{\(text(caption))}\\label{\(label.rawValue)}"
      lines +=
        isLong
        ? ["\\renewcommand{\\tablecaption}{\(heading)}", "\\tablebody{\(label.rawValue)}"]
        : [
          "\\begin{table}[htbp]", "\\centering\\small", heading,
          "\\tablebody{\(label.rawValue)}", "\\end{table}",
        ]
    case .figure(let charts, let label, let caption):
      lines += ["\\begin{figure}[htbp]", "\\centering"]
      for (index, chart) in charts.enumerated() {
        let isSmall = chart.width <= Chart.smallWidth
        lines.append("\\chart{\(isSmall ? "0.46" : "0.72")}{\(Self.name(label, index))}")
        if !isSmall { lines.append("\\par") }
      }
      lines += ["\\caption{\(text(caption))}\\label{\(label.rawValue)}", "\\end{figure}"]
    case .commands(let commands):
      lines.append("\\begin{quote}\\raggedright\\small\\ttfamily")
      for command in commands { lines.append("\(text("\(command)"))\\\\{}") }
      lines.append("\\end{quote}")
    }
    lines.append("")
  }

  /// The name of a chart's file, without an ending.
  static func name(_ label: PaperDocument.Label, _ index: Int) -> String {
    "\(label.rawValue)-\(index + 1)"
  }

  private mutating func writeReferences() {
    guard !document.references.isEmpty else { return }
    lines.append("\\begin{thebibliography}{99}")
    for reference in document.references {
      let (authors, title, place) = reference.entry
      lines.append(
        "\\bibitem{\(reference.rawValue)} \(LaTeXText.escaped(authors)),\n\\emph{\(LaTeXText.escaped(title))},\n\(LaTeXText.escaped(place))."
      )
    }
    lines.append("\\end{thebibliography}")
  }

  private mutating func text(_ text: PaperText) -> String {
    var result = ""
    for run in text.runs {
      switch run {
      case .words(let words): result += LaTeXText.escaped(words)
      case .fact(let fact): result += "\\fact{\(book.name(of: fact))}"
      case .strong(let fact): result += "\\textbf{\\fact{\(book.name(of: fact))}}"
      case .term(let words): result += "\\emph{\(LaTeXText.escaped(words))}"
      case .code(let words): result += "\\texttt{\(LaTeXText.escaped(words))}"
      case .math(let formula): result += "$\(formula)$"
      case .citation(let works):
        result += "\\cite{\(works.map(\.rawValue).joined(separator: ","))}"
      case .see(let label):
        result += "\(label.isFigure ? "Figure" : "Table")~\\ref{\(label.rawValue)}"
      }
    }
    return result
  }
}
