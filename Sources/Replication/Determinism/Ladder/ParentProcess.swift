import Files
import Foundation

/// The process that a child of the ladder works for.
package enum ParentProcess {
  /// Ends this process as soon as its parent has: the other end of standard input is then closed.
  ///
  /// A child that went on would compute for nobody, and write into folders that another verification may use.
  ///
  /// - Throws: ``DeterminismError`` `child` if there is no thread to watch it.
  package static func follow() throws(DeterminismError) {
    let isFollowing = BackgroundThread.start {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count < 0 && errno == EINTR { continue }
        // No SIGKILL, which a living parent takes for the one that it asked for.
        if count <= 0 { _exit(EXIT_FAILURE) }
      }
    }
    guard isFollowing else {
      throw DeterminismError(
        .child, "The system gives this process no further thread; allow more with `ulimit -u`.")
    }
  }
}
