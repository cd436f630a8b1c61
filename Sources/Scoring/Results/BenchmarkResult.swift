/// The scores of a benchmark: every task, and its groups pooled over their tasks.
package struct BenchmarkResult: Sendable, Equatable {
  /// The pooled scores of a group of tasks.
  package struct GroupResult: Sendable, Equatable {
    /// The group.
    package let group: Benchmark.Group
    /// One entry a filter and metric, weighted by the tasks' numbers of documents.
    package let metrics: [MetricResult]
  }

  /// Name of the benchmark.
  package let name: String
  /// One entry a task that has samples, in the benchmark's order.
  package let tasks: [TaskResult]
  /// One entry a group that has samples, in the benchmark's order.
  package let groups: [GroupResult]

  /// The scores that stand for the whole: those of the group named like the benchmark, or of its only task.
  package var total: [MetricResult] {
    groups.first { $0.group.name == name }?.metrics ?? (tasks.count == 1 ? tasks[0].metrics : [])
  }

  /// The score that stands for the whole in tables and lines; nil for parts of a benchmark.
  package var headline: MetricResult? {
    total.first { $0.key == tasks.first?.task.headlineKey }
  }

  /// Pools the results of tasks; tasks without samples are left out.
  package init(_ benchmark: Benchmark, tasks: [TaskResult]) {
    let results = tasks.filter { !$0.samples.isEmpty }
    name = benchmark.name
    self.tasks = results
    groups = benchmark.groups.compactMap { group in
      let members = results.filter { group.taskNames.contains($0.task.name) }
      guard let first = members.first else { return nil }
      return GroupResult(
        group: group,
        metrics: first.metrics.indices.compactMap { index in
          MetricResult(pooling: members.map { $0.metrics[index] })
        })
    }
  }
}
