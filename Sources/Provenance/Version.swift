import Synchronization

/// The version of this program.
package enum Version {
  /// As semantic versioning writes it.
  package static let text = "0.1.0"

  private static let build = Mutex(GitState.noRepository)

  /// The state of the sources that the program was built from, which its main function says once; nothing that lies
  /// around the program or a manifest when it runs has a part in it.
  package static var code: GitState {
    get { build.withLock { $0 } }
    set { build.withLock { $0 = newValue } }
  }
}
