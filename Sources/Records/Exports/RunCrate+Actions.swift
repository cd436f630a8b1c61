import Files
import Manifests

extension RunCrate {
  /// Describes a training or an evaluation with all that it read and made.
  mutating func addAction(_ activity: Activity) -> JSON {
    switch activity.kind {
    case .training(let settings):
      let what = settings ?? "taken over from an earlier run with the same inputs"
      return addAction(
        activity, name: "Training of \(activity.arm.sentence)",
        description: "replicate run \(record.name): \(what)",
        objects: addModel() + addInputs(account.manifest?.trainingData.assets ?? []),
        results: [addWeights(activity.arm)] + addFinalValues(activity))
    case .evaluation(let evaluation, let samples, let metrics):
      let verb = account.manifest == nil ? "import" : "run"
      let isTrained = activity.arm.digests["weights"] != nil
      return addAction(
        activity, name: "Evaluation of \(activity.arm.sentence) on \(evaluation)",
        description:
          "replicate \(verb) \(record.name): \(English.count(metrics.count, "metric")), the samples in \(samples.name)",
        objects: addModel() + (isTrained ? [addWeights(activity.arm)] : [])
          + addInputs(documents(of: evaluation)),
        results: [CrateGraph.reference(path(samples))] + metrics.map { add($0, of: activity) })
    }
  }

  private mutating func addAction(
    _ activity: Activity, name: String, description: String, objects: [JSON], results: [JSON]
  ) -> JSON {
    let instruments =
      account.programs.indices.contains(activity.session)
      ? [addProgram(account.programs[activity.session])] : []
    // A sealed record has only what was completed.
    return graph.add(
      "#" + URIText.encoded(activity.id), "CreateAction",
      [
        ("name", .string(name)), ("description", .string(description)),
        ("instrument", CrateGraph.list(instruments)),
        ("startTime", JSON(activity.started.map(Self.time))),
        ("endTime", JSON(activity.ended.map(Self.time))),
        ("actionStatus", "http://schema.org/CompletedActionStatus"),
        ("object", CrateGraph.list(objects)), ("result", CrateGraph.list(results)),
      ])
  }

  private mutating func addProgram(_ program: ProgramVersion) -> JSON {
    let commit = program.commit.map {
      graph.addValue(
        "commit.\($0)", name: "git commit", .string($0), propertyID: "https://git-scm.com")
    }
    let patch = program.patch.map {
      graph.addValue(
        "patch.\($0)", name: "SHA-256 of the difference to the commit", JSON($0))
    }
    let parts = [program.version, program.commit, program.patch?.hex].compactMap { $0 }
    return graph.add(
      program.page.map { "\($0)#\(parts.joined(separator: "."))" }
        ?? URIText.own(["program"] + parts), "SoftwareApplication",
      [
        ("name", "replicate"), ("softwareVersion", .string(program.version)),
        ("url", JSON(program.page)),
        ("identifier", CrateGraph.list([commit, patch].compactMap { $0 })),
      ])
  }
}
