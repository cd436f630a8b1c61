/// The documented exit codes of commands.
package enum ExitStatus {
  /// Done, and nothing is wrong.
  package static let success: Int32 = 0
  /// Results that are not the documented, recorded or compared ones.
  package static let different: Int32 = 1
  /// Usage, manifest or schema error.
  package static let usage: Int32 = 2
  /// A digest that is not the pinned or recorded one, or evidence that cannot be trusted.
  package static let tampered: Int32 = 3
  /// Nobody can tell.
  package static let undecided: Int32 = 4
  /// A run that did not finish and can be resumed, or a required result that is missing.
  package static let incomplete: Int32 = 5
  /// Results that differ although the determinism contract promises that they do not.
  package static let nondeterministic: Int32 = 6
  /// An input that cannot be had here, or something that cannot be checked here.
  package static let unavailable: Int32 = 7
  /// Stopped by the user.
  package static let interrupted: Int32 = 130
}
