import Files
import Records

/// What was looked at in the arms of a record besides their scores, as text.
enum InspectionText {
  /// A table of weights and one of tokens, with what they mean; none of what was not looked at.
  static func parts(_ arms: [RunSummary.Arm]) -> [ReportText] {
    [weights(arms), tokens(arms)].compactMap(\.self)
  }

  private static func weights(_ arms: [RunSummary.Arm]) -> ReportText? {
    let rows = arms.flatMap { arm in
      (arm.inspection?.distances ?? []).map { distance in
        title(arm) + [
          distance.tensors, "\(distance.count)", Decimals.fixed(distance.distance, 4),
          distance.relative.map(percent) ?? "–",
        ]
      }
    }
    guard !rows.isEmpty else { return nil }
    return RecordText.table(
      ["arm", "seed", "weights", "n", "L2 from base", "of base"], rows, leading: [0, 1, 2])
  }

  private static func tokens(_ arms: [RunSummary.Arm]) -> ReportText? {
    let rows = arms.flatMap { arm -> [[String]] in
      guard let tokens = arm.inspection?.tokens else { return [] }
      let groups = tokens.groups
      let columns: [(ArmInspection.Group) -> Double] = [
        { Double($0.count) }, { $0.before.loss }, { $0.after.loss }, { $0.before.gradientNorm },
        { $0.after.gradientNorm },
      ]
      let totals = columns.map { column in groups.reduce(0) { $0 + column($1) } }
      return groups.map { group in
        title(arm) + [
          (group.isEntropyLow ? "< " : "≥ ") + Decimals.fixed(tokens.entropyThreshold, 3),
          (group.isProbabilityLow ? "< " : "≥ ") + Decimals.fixed(tokens.probabilityThreshold, 4),
          "\(group.count)",
        ]
          + zip(columns, totals).map { column, total in
            total > 0 ? percent(column(group) / total) : "–"
          }
      }
    }
    guard !rows.isEmpty else { return nil }
    let table = RecordText.table(
      [
        "arm", "seed", "H, base", "p, base", "tokens", "of all", "of loss", "after", "of gradient",
        "after",
      ], rows, leading: [0, 1, 2, 3])
    return table
      + "Learned tokens by the untouched model's entropy H, in nats, and probability p: what share each group has of the arm's weighted loss and of the norms of its gradient at the logits, with the untouched weights and after training."
  }

  private static func title(_ arm: RunSummary.Arm) -> [String] {
    [arm.name, arm.seed.map(String.init) ?? ""]
  }

  private static func percent(_ share: Double) -> String { Decimals.fixed(100 * share, 2) + " %" }
}
