import Files
import Records
import Scoring

extension RunReport {
  /// So many characters of a text are shown; the record has all of them.
  private static let longest = 1200

  /// Documents that the arms answer differently.
  var disputes: ReportDocument.Section {
    let known = evidence.disputes.filter { !$0.documents.isEmpty }
    let summary = known.map { dispute in
      let metric = dispute.metric.split(separator: ",").first.map(String.init) ?? dispute.metric
      let shown =
        dispute.documents.count < dispute.differentCount
        ? "; the \(dispute.documents.count) whose scores are farthest apart are shown" : ""
      return
        "\(dispute.evaluation): \(dispute.differentCount) of \(English.count(dispute.totalCount, "document")) have other scores (\(metric)) in one arm than in another\(shown)."
    }
    guard !known.isEmpty else {
      return .init(id: "documents", title: "Documents that the arms answer differently", blocks: [])
    }
    return .init(
      id: "documents", title: "Documents that the arms answer differently",
      blocks: [.list(summary), .entries(known.flatMap(entries))])
  }

  private func entries(_ dispute: DocumentDispute) -> [ReportDocument.Entry] {
    dispute.documents.map { document in
      let scores = document.answers.map {
        "\($0.arm) \(Decimals.fixed($0.score, dispute.quantity.unit == .share ? 2 : 3))"
      }
      return ReportDocument.Entry(
        title: "\(document.id): \(scores.joined(separator: ", "))", kind: dispute.evaluation,
        blocks: [
          .quotation(Self.end(of: document.prompt), label: "Asked"),
          .quotation(Self.beginning(of: document.target), label: "Right answer"),
        ]
          + document.answers.compactMap { answer in
            answer.text.map { text in
              .quotation(
                Self.beginning(of: text),
                label:
                  "\(answer.arm), score \(Decimals.fixed(answer.score, 2))\(answer.seedCount > 1 ? " over \(answer.seedCount) seeds; the first one's answer" : "")"
              )
            }
          })
    }
  }

  /// The end of a prompt, where the question is.
  private static func end(of text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > longest else { return text }
    return "[… \(scalars.count - longest) characters before]\n"
      + String(String.UnicodeScalarView(scalars.suffix(longest)))
  }

  private static func beginning(of text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > longest else { return text }
    return String(String.UnicodeScalarView(scalars.prefix(longest)))
      + "\n[… \(scalars.count - longest) characters more]"
  }
}
