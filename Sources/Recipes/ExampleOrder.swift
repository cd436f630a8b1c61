/// How an epoch orders the examples.
package enum ExampleOrder: String, Sendable, CaseIterable {
  /// `torch.randperm` seeded by seed + epoch, as the `accelerate` library's seedable sampler does.
  case torch
  /// As they come.
  case sequential
}
