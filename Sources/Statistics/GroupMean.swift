/// The mean of a group of tasks, like MMLU from its 57 subjects, as lm-evaluation-harness aggregates them.
///
/// Reference: `aggregate_subtask_metrics`, `pooled_sample_stderr` and `unweighted_mean_stderr` in lm_eval/api/metrics.py.
package struct GroupMean: Sendable, Equatable {
  /// The score of one task.
  package struct Member: Sendable, Equatable {
    /// The task's mean.
    package let value: Double
    /// The standard error of that mean; nil where the task has none.
    package let standardError: Double?
    /// The number of items.
    package let count: Int

    /// Creates a member from its mean, its standard error and its number of items.
    package init(value: Double, standardError: Double?, count: Int) {
      precondition(count >= 0, "A task cannot have \(count) items.")
      self.value = value
      self.standardError = standardError
      self.count = count
    }
  }

  /// The mean over all items of all tasks, Σ vᵢnᵢ / Σ nᵢ, or over the k tasks, Σ vᵢ / k.
  package let value: Double
  /// The pooled standard error √(Σ (nᵢ − 1) seᵢ² nᵢ / (Σ nᵢ − k) / Σ nᵢ) of k tasks, or √Σ seᵢ² / k of a mean over tasks.
  ///
  /// Nil if a task has none, or if there are no more items than tasks to pool.
  package let standardError: Double?
  /// The number of items of all tasks.
  package let count: Int

  /// Aggregates the tasks of a group, weighting each by its number of items; nil if there are no items at all.
  package init?(weightingBySize members: [Member]) {
    let total = members.reduce(0) { $0 + $1.count }
    guard total > 0 else { return nil }
    count = total
    value = Sample.sum(members.map { $0.value * Double($0.count) }) / Double(total)
    let parts = members.compactMap { member in
      member.standardError.map { Double(member.count - 1) * $0 * $0 * Double(member.count) }
    }
    guard parts.count == members.count, total > members.count else {
      standardError = nil
      return
    }
    let pooledVariance = Sample.sum(parts) / Double(total - members.count)
    standardError = (pooledVariance / Double(total)).squareRoot()
  }

  /// Aggregates the tasks of a group, each with the same weight whatever its number of items; nil without tasks.
  package init?(weightingEqually members: [Member]) {
    guard let mean = Sample.mean(members.map(\.value)) else { return nil }
    value = mean
    count = members.reduce(0) { $0 + $1.count }
    let squares = members.compactMap { member in member.standardError.map { $0 * $0 } }
    standardError =
      squares.count == members.count
      ? Sample.sum(squares).squareRoot() / Double(members.count) : nil
  }
}
