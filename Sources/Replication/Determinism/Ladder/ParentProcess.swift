import Foundation

/// The process that a child of the ladder works for.
package enum ParentProcess {
  /// Ends this process as soon as its parent has: the other end of standard input is then closed.
  ///
  /// A child that went on would compute for nobody, and write into folders that another verification may use.
  package static func follow() {
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count < 0 && errno == EINTR { continue }
        // No SIGKILL, which a living parent takes for the one that it asked for.
        if count <= 0 { _exit(EXIT_FAILURE) }
      }
    }
  }
}
