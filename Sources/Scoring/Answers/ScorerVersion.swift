/// Which scoring a score comes from.
package enum ScorerVersion {
  /// The version of lm-evaluation-harness whose scores these are.
  package static let harness = "0.4.13"
  /// Counts the changes of this program that gave an old response a new score.
  package static let revision = 1

  /// Both as text.
  package static let text = "lm-evaluation-harness \(harness), revision \(revision)"
}
