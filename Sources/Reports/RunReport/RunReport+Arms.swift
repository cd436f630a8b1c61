import Files
import Manifests
import Records
import Scoring

extension RunReport {
  // MARK: - Document by document

  /// Two arms on the same documents.
  var contrasts: ReportDocument.Section {
    .init(
      id: "differences", title: "Document by document",
      blocks: evidence.contrasts.map { contrast in
        let unit = unit(contrast.quantity)
        let chart = StripChart(
          title: "\(contrast.first) minus \(contrast.second) on \(contrast.row.task)",
          axis:
            "\(contrast.row.task) \(contrast.row.plainMetric): \(contrast.first) minus \(contrast.second), \(unit)",
          values: contrast.differences, mean: contrast.mean, interval: contrast.interval?.range,
          seeds: contrast.seedDifferences.count > 1 ? contrast.seedDifferences : [])
        let interval = contrast.interval.map {
          ", 95 % interval \(Decimals.signed($0.lower, 4)) to \(Decimals.signed($0.upper, 4))"
        }
        let better = contrast.quantity.isLowerBetter ? "Lower is better." : "Higher is better."
        return .figure(
          chart.chart,
          caption:
            "\(contrast.first) minus \(contrast.second) on \(contrast.row.task), \(contrast.row.plainMetric): mean \(Decimals.signed(contrast.mean, 4)) \(unit)\(interval ?? "") over \(English.count(contrast.differences.count, "score")); a dot is a document\(contrast.seedDifferences.count > 1 ? ", small lines are the means of seeds" : ""). \(better)"
        )
      })
  }

  private func unit(_ quantity: Quantity) -> String {
    switch quantity.unit {
    case .share: "share"
    case .nats: "nats"
    case .bits: "bits"
    }
  }

  // MARK: - Against the untouched model

  /// What training changed, by task and subject.
  var changes: ReportDocument.Section {
    let metrics = Self.distinct(evidence.changes.map(\.row.name.plainMetric))
    let base = evidence.base ?? ""
    return .init(
      id: "changes", title: "Against the untouched model",
      blocks: metrics.flatMap { metric -> [ReportDocument.Block] in
        let own = evidence.changes.filter { $0.row.name.plainMetric == metric }
        let whole = own.filter { !$0.row.isPart }
        let parts = own.filter { $0.row.isPart }
        var blocks: [ReportDocument.Block] = []
        if !whole.isEmpty {
          blocks.append(figure(whole, metric: metric, base: base))
          blocks.append(.details(summary: "Numbers of \(metric)", [.table(table(whole, metric))]))
        }
        if !parts.isEmpty {
          blocks.append(
            .details(
              summary: "\(metric) by subject",
              [figure(parts, metric: metric, base: base), .table(table(parts, metric))]))
        }
        return blocks
      })
  }

  private func figure(
    _ changes: [ArmChange], metric: String, base: String
  ) -> ReportDocument.Block {
    let tasks = Self.distinct(changes.map(\.row.name.task))
    let quantity = changes[0].quantity
    let arms = evidence.arms.filter { arm in changes.contains { $0.arm == arm } }
    let chart = DotChart(
      title: "\(metric) of each arm minus \(base)",
      axis: "\(metric): arm minus \(base), \(unit(quantity))",
      rows: tasks.map { task in
        .init(
          label: task,
          dots: changes.filter { $0.row.name.task == task }.map {
            .init(series: series($0.arm), value: $0.difference, interval: $0.interval?.range)
          })
      }, references: [.init(value: 0, name: base)], series: legend(arms))
    let direction = quantity.isLowerBetter ? "to the right is worse" : "to the left is worse"
    return .figure(
      chart.chart,
      caption:
        "What training changed against \(base) in \(metric), with intervals at 95 %: \(direction).")
  }

  private func table(_ changes: [ArmChange], _ metric: String) -> ReportDocument.Table {
    .init(
      caption: "\(metric) of each arm minus \(evidence.base ?? "")",
      header: ["task", "arm", "difference", "95 % interval", "n"],
      rows: changes.map { change in
        [
          .init(change.row.name.task), .init(change.arm),
          .init(Decimals.signed(change.difference, 4)),
          .init(
            change.interval.map {
              "\(Decimals.signed($0.lower, 4)) to \(Decimals.signed($0.upper, 4))"
            } ?? "–"), .init("\(change.count)"),
        ]
      }, numeric: [2, 3, 4])
  }

  // MARK: - Training

  /// What a step of training is told by.
  private enum StepQuantity: String, CaseIterable {
    case loss
    case crossEntropy = "cross_entropy"
    case entropy
    case weight
    case gradientNorm = "gradient_norm"
    case learningRate = "learning_rate"
    case vanishedUpdates = "vanished_updates"

    var axis: String {
      switch self {
      case .loss: "loss, nats a token"
      case .crossEntropy: "plain cross entropy, nats a token"
      case .entropy: "entropy, nats (of the objective's kind)"
      case .weight: "mean weight of a token"
      case .gradientNorm: "norm of the gradient"
      case .learningRate: "learning rate"
      case .vanishedUpdates: "weights that an update left as they were, by rounding to bfloat16"
      }
    }
  }

  /// The learning curves of all arms.
  var training: ReportDocument.Section {
    let trained = evidence.records.flatMap(\.summary.arms).filter { !$0.steps.isEmpty }
    let charts = StepQuantity.allCases.compactMap { quantity -> Chart? in
      let curves = trained.map { arm in
        CurveChart.Curve(
          series: series(arm.name),
          points: arm.steps.compactMap { step in
            step.values[quantity.rawValue].map { (step.number, $0) }
          })
      }
      guard curves.contains(where: { !$0.points.isEmpty }) else { return nil }
      return CurveChart(title: "\(quantity.axis) over steps", axis: quantity.axis, curves: curves)
        .chart
    }
    guard !charts.isEmpty else { return .init(id: "training", title: "Training", blocks: []) }
    let names = evidence.arms.filter { arm in trained.contains { $0.name == arm } }
    let marks = Markup.legend(legend(names), width: Chart.width, top: 0)
    let key = Chart(
      title: "Arms: \(English.list(names))", width: Chart.width, height: marks.height + 4,
      shapes: marks.shapes)
    let longest = trained.map(\.steps.count).max() ?? 0
    let thinned =
      longest > CurveChart.most
      ? " Of \(longest) steps the means of \(CurveChart.most) equal parts are drawn." : ""
    return .init(
      id: "training", title: "Training",
      blocks: [
        .figure(key, caption: "Colours of the arms; each arm has a pattern of its own."),
        .figures(
          charts,
          caption: "One line for each arm and seed, step by step of the optimizer.\(thinned)"),
      ])
  }
}
