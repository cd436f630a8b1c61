import Files

extension RunCrate {
  /// Describes the weights of a trained arm.
  mutating func addWeights(_ arm: RunSummary.Arm) -> JSON {
    let digest = arm.digests["weights"]
    return graph.add(
      "#" + URIText.encoded("weights.\(arm.label)"), "CreativeWork",
      [
        ("name", .string("Weights of \(arm.sentence)")),
        ("description", "Safetensors, not part of this crate."),
        ("sha256", JSON(digest?.hex)), ("identifier", JSON(digest.map(URIText.content))),
      ])
  }

  /// The values of the last step; those of every step are in the record's summary.
  mutating func addFinalValues(_ activity: Activity) -> [JSON] {
    guard let last = activity.arm.steps.last else { return [] }
    return last.values.sorted { $0.key < $1.key }.map { name, value in
      graph.addValue(
        "\(activity.id).\(name)", name: "\(name) at step \(last.number)",
        CrateGraph.number(value))
    }
  }

  /// Describes a metric with its number of documents and its standard errors.
  mutating func add(_ metric: RunSummary.Metric, of activity: Activity) -> JSON {
    let id = "\(activity.id).\(metric.task).\(metric.name)"
    let values: [(String, String, JSON?)] = [
      ("n", "number of documents", JSON(metric.count)),
      ("standard-error", "standard error", metric.standardError.map(CrateGraph.number)),
      (
        "clustered-standard-error", "standard error over clusters",
        metric.clusteredStandardError.map(CrateGraph.number)
      ),
    ]
    let qualifiers = values.compactMap { suffix, name, value in
      value.map { graph.addValue("\(id).\(suffix)", name: name, $0) }
    }
    return graph.addValue(
      id, name: "\(metric.task) \(metric.name)", CrateGraph.number(metric.value),
      qualifiers: qualifiers)
  }

  /// Describes the verdict on the run and on each documented thing; nothing without expectations.
  mutating func addVerdicts() -> [JSON] {
    guard let judgement = account.judgement else { return [] }
    let overall = graph.addValue(
      "verdict", name: "verdict on the run", .string(judgement.status.rawValue),
      description: judgement.why, propertyID: URIText.own(["verdict"]))
    return [overall]
      + judgement.verdicts.map { verdict in
        graph.addValue(
          "verdict.\(verdict.subject.rawValue).\(verdict.id)", name: verdict.title,
          .string(verdict.status.rawValue), description: verdict.why,
          propertyID: URIText.own(["verdict", verdict.subject.rawValue, verdict.id]))
      }
  }
}
