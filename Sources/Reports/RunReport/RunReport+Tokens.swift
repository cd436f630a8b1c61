import Files
import Records

extension RunReport {
  /// Where the tokens lie that arms learn from, and where their loss and gradient are; nothing where nobody has looked.
  var tokens: ReportDocument.Section {
    let arms = evidence.arms.compactMap { name -> (name: String, tokens: [ArmInspection.Tokens])? in
      let tokens = evidence.records.flatMap(\.summary.arms).filter { $0.name == name }
        .compactMap { $0.inspection?.tokens }
      return tokens.isEmpty ? nil : (name, tokens)
    }
    guard let first = arms.first else { return .init(id: "tokens", title: "", blocks: []) }
    var blocks: [ReportDocument.Block] = []
    let charts = densities(arms)
    if !charts.isEmpty {
      blocks.append(
        .figures(
          charts,
          caption:
            "Learned tokens by the entropy of their prediction (of the 20 likeliest tokens) and the probability of the target: the darker, the more of them. Confident conflicts lie at the lower left. The line is the arm's mean weight of a token, by the untouched model's entropy; seeds are taken together."
        ))
    }
    blocks.append(.table(shares(arms)))
    blocks.append(
      .paragraph(
        "Groups are by the untouched model's predictions of the first \(English.count(first.tokens[0].examples, "example")) of each seed: low is below the manifest's quantile of these tokens. Loss is the arm's weighted cross entropy; gradients are their norms at the logits, added up."
      ))
    return .init(id: "tokens", title: "Where the loss is", blocks: blocks)
  }

  private func densities(
    _ arms: [(name: String, tokens: [ArmInspection.Tokens])]
  ) -> [Chart] {
    func chart(
      _ title: String, _ density: ArmInspection.Density, _ counts: [[Int]], _ line: [Double?]
    )
      -> Chart
    {
      DensityChart(
        title: title, horizontal: "entropy, nats", vertical: title, width: density.largestEntropy,
        columns: density.entropyCells, rows: density.probabilityCells,
        counts: (0..<counts[0].count).map { index in counts.reduce(0) { $0 + $1[index] } },
        line: line, lineName: "weight"
      ).chart
    }
    let known = arms.compactMap { arm in
      let densities = arm.tokens.compactMap(\.density)
      return densities.isEmpty ? nil : (name: arm.name, densities: densities)
    }
    guard let first = known.first?.densities.first,
      known.flatMap(\.densities).allSatisfy({
        $0.entropyCells == first.entropyCells && $0.probabilityCells == first.probabilityCells
      })
    else { return [] }
    return [
      chart("probability, untouched", first, known[0].densities.map(\.before), [])
    ]
      + known.map { arm in
        let weights = (0..<first.entropyCells).map { index -> Double? in
          let values = arm.densities.compactMap { $0.weights[index] }
          return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        return chart(
          "probability, \(arm.name)", first, arm.densities.map(\.after), weights)
      }
  }

  private func shares(
    _ arms: [(name: String, tokens: [ArmInspection.Tokens])]
  ) -> ReportDocument.Table {
    let columns: [(ArmInspection.Group) -> Double] = [
      { Double($0.count) }, { $0.before.loss }, { $0.after.loss }, { $0.before.gradientNorm },
      { $0.after.gradientNorm },
    ]
    let rows = arms.flatMap { arm -> [[ReportDocument.Cell]] in
      let groups = arm.tokens.flatMap(\.groups)
      let totals = columns.map { column in groups.reduce(0) { $0 + column($1) } }
      return arm.tokens[0].groups.map { group in
        let own = groups.filter {
          $0.isEntropyLow == group.isEntropyLow && $0.isProbabilityLow == group.isProbabilityLow
        }
        let shares = zip(columns, totals).map { column, total in
          let sum = own.reduce(0) { $0 + column($1) }
          return total > 0 ? Decimals.fixed(100 * sum / total, 1) + " %" : "–"
        }
        return ([arm.name, Self.name(of: group)] + shares).map { .init($0) }
      }
    }
    return .init(
      caption: "Shares of tokens, of the arm's loss and of its gradient, before and after training",
      header: [
        "arm", "tokens", "of all", "of loss", "after", "of gradient", "after training",
      ], rows: rows, numeric: [2, 3, 4, 5, 6])
  }

  private static func name(of group: ArmInspection.Group) -> String {
    switch (group.isEntropyLow, group.isProbabilityLow) {
    case (true, true): "both low: confident conflicts"
    case (true, false): "entropy low"
    case (false, true): "probability low"
    case (false, false): "neither"
    }
  }
}
