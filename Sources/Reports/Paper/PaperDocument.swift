/// A paper as what it says, before anybody decides how it looks: LaTeX and Markdown are made from it.
struct PaperDocument: Sendable {
  let title: PaperText
  /// Who wrote it, from what, and when.
  let byline: PaperText
  let abstract: [PaperText]
  let sections: [Section]

  /// A part with a heading.
  struct Section: Sendable {
    let title: String
    var isAppendix = false
    let blocks: [Block]

    init(_ title: String, isAppendix: Bool = false, @Blocks _ blocks: () -> [Block]) {
      self.title = title
      self.isAppendix = isAppendix
      self.blocks = blocks()
    }
  }

  /// A part of a section.
  enum Block: Sendable {
    case paragraph(PaperText)
    case list([PaperText])
    /// A heading inside of the section.
    case heading(String)
    /// A formula in TeX that stands by itself.
    case equation(String)
    /// A table; a long one may go over pages.
    case table(ReportDocument.Table, Label, caption: PaperText, isLong: Bool = false)
    /// Charts that belong together.
    case figure([Chart], Label, caption: PaperText)
    /// Lines to be typed.
    case commands([Fact])

    /// Sentences one after the other.
    static func paragraph(@Sentences _ sentences: () -> [PaperText]) -> Block {
      .paragraph(PaperText(sentences(), separator: " "))
    }
  }

  /// What sentences call a table or figure by.
  enum Label: String, Sendable {
    case settings, evaluations, scores, claims, seeds, cells, published, frontier, tokens, unknowns
    case inputs, digests
    case claimPlots = "claims-plot"
    case cellPlot = "cells-plot"
    case changePlots = "changes-plot"
    case differencePlots = "differences-plot"
    case curves = "curves-plot"

    var isFigure: Bool { rawValue.hasSuffix("-plot") }
  }

  /// The tables and figures, in their order.
  var labels: [Label] {
    sections.flatMap(\.blocks).compactMap { block in
      switch block {
      case .table(_, let label, _, _), .figure(_, let label, _): label
      case .paragraph, .list, .heading, .equation, .commands: nil
      }
    }
  }

  /// The number of a table or figure, from 1; nil for one that the paper does not have.
  func number(of label: Label) -> Int? {
    labels.filter { $0.isFigure == label.isFigure }.firstIndex(of: label).map { $0 + 1 }
  }

  /// The works that are cited, in the order in which they first are.
  var references: [Reference] {
    var known: [Reference] = []
    for run in texts.flatMap(\.runs) {
      guard case .citation(let works) = run else { continue }
      for work in works where !known.contains(work) { known.append(work) }
    }
    return known
  }

  /// All texts, in their order.
  var texts: [PaperText] {
    [title, byline] + abstract
      + sections.flatMap(\.blocks).flatMap { block -> [PaperText] in
        switch block {
        case .paragraph(let text): [text]
        case .list(let items): items
        case .table(_, _, let caption, _), .figure(_, _, let caption): [caption]
        case .heading, .equation, .commands: []
        }
      }
  }
}
