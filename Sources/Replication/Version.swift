import Foundation
import Provenance

/// The version of this program.
package enum Version {
  /// As semantic versioning writes it.
  package static let text = "0.1.0"

  /// The state of the repository that the program lies in, as one that was built from sources does.
  static var code: GitState {
    guard let program = Bundle.main.executableURL else { return .noRepository }
    return GitState.current(of: program.deletingLastPathComponent().path)
  }
}
