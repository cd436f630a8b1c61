import Files
import Manifests
import Scoring

/// All rows of two models, compared before any correction.
struct PairedModels {
  /// The model that is compared with the reference.
  let other: ComparedModel
  /// What was compared.
  var rows: [TestedRow] = []
  /// What was not.
  private(set) var leftOut: [ModelComparison.LeftOut] = []

  init(_ reference: ComparedModel, _ other: ComparedModel, margin: Double?) {
    self.other = other
    let names = Self.names(reference)
    let otherNames = Self.names(other)
    let tasks = Self.tasks(reference)
    let otherTasks = Self.tasks(other)
    for task in tasks where !otherTasks.contains(task) {
      leave(task, nil, "\(other.label) has no samples of \(task).", isMissing: true)
    }
    for task in otherTasks where !tasks.contains(task) {
      leave(task, nil, "\(reference.label) has no samples of \(task).", isMissing: false)
    }
    let primary = Self.primary(reference, names)
    for name in names where otherTasks.contains(name.task) {
      let isPrimary = primary.contains(name)
      guard otherNames.contains(name), let match = DocumentMatch(name, reference, other) else {
        leave(
          name.task, name.metric, "\(other.label) has no \(name).", isMissing: isPrimary)
        continue
      }
      guard match.count > 0 else {
        leave(
          name.task, name.metric, Self.nothingInCommon(name, match, reference, other),
          isMissing: isPrimary)
        continue
      }
      do throws(Obstacle) {
        rows.append(try TestedRow(name, match, isPrimary: isPrimary, margin: margin))
      } catch {
        leave(name.task, name.metric, error.why, isMissing: isPrimary)
      }
    }
    for name in otherNames where tasks.contains(name.task) && !names.contains(name) {
      leave(name.task, name.metric, "\(reference.label) has no \(name).", isMissing: false)
    }
  }

  private mutating func leave(_ task: String, _ metric: String?, _ why: String, isMissing: Bool) {
    leftOut.append(
      ModelComparison.LeftOut(task: task, metric: metric, why: why, isMissing: isMissing))
  }

  /// Why two models that were asked the same task have no document in common.
  private static func nothingInCommon(
    _ name: DocumentedResults.RowName, _ match: DocumentMatch, _ reference: ComparedModel,
    _ other: ComparedModel
  ) -> String {
    guard match.onlyInReference > 0, match.onlyInOther > 0 else {
      return "There are no scores of \(name) of both."
    }
    return
      "Of \(name), none of the \(English.count(match.onlyInReference, "document")) of \(reference.label) was asked of \(other.label) with the same prompt: evaluate both with the same few-shot examples, chat template and version of the task."
  }

  // MARK: - Names

  /// The rows of a model's first run, each once.
  private static func names(_ model: ComparedModel) -> [DocumentedResults.RowName] {
    var names: [DocumentedResults.RowName] = []
    var known: Set<[String]> = []
    for row in model.runs.first?.rows ?? [] where known.insert([row.task, row.metric]).inserted {
      names.append(DocumentedResults.RowName(task: row.task, metric: row.metric))
    }
    return names
  }

  private static func tasks(_ model: ComparedModel) -> [String] {
    var known: Set<String> = []
    return names(model).map(\.task).filter { known.insert($0).inserted }
  }

  /// The rows that stand for tasks: known before any score is.
  ///
  /// That is the headline metric of a task that this program knows, the first metric of another one; of a group and its tasks
  /// only the group.
  private static func primary(
    _ model: ComparedModel, _ names: [DocumentedResults.RowName]
  ) -> [DocumentedResults.RowName] {
    var members: [(name: DocumentedResults.RowName, tasks: Set<Substring>)] = []
    var decided: Set<String> = []
    for name in names {
      guard !decided.contains(name.task),
        let row = model.runs[0].rows.first(where: {
          $0.task == name.task && $0.metric == name.metric
        })
      else { continue }
      let tasks = Set(
        row.items.map { item in
          item.id.lastIndex(of: "/").map { item.id[..<$0] } ?? item.id[...]
        })
      let known = tasks.first.flatMap { task in
        Benchmark.holding(task: String(task))?.task(named: String(task))
      }
      // Another program's task of the same name has other metrics.
      if let headline = known?.headlineKey, headline != name.metric,
        names.contains(where: { $0.task == name.task && $0.metric == headline })
      {
        continue
      }
      decided.insert(name.task)
      members.append((name, tasks))
    }
    return members.enumerated().filter { index, member in
      !members.enumerated().contains { other, larger in
        larger.tasks.count > member.tasks.count && larger.tasks.isSuperset(of: member.tasks)
          || larger.tasks == member.tasks && other < index
      }
    }.map(\.element.name)
  }
}
