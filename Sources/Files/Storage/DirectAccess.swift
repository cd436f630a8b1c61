import Glibc

/// Reading and writing past the page cache (O_DIRECT, open(2)).
///
/// For files of gigabytes that nobody reads soon: to make room for a copy in the cache takes the processor longer than
/// everything else, on virtual machines several times as long as the disk needs, and drives out what others need.
package enum DirectAccess {
  /// Where memory has to begin, and parts of a file.
  package static let alignment = 4096

  /// `O_DIRECT`, which Swift's import of fcntl.h lacks, as Linux defines it for each architecture.
  #if arch(arm64) || arch(arm)
    private static let flag: CInt = 0o200000
  #elseif arch(powerpc64) || arch(powerpc64le)
    private static let flag: CInt = 0o400000
  #else
    private static let flag: CInt = 0o40000
  #endif

  /// Asks for it or ends it; a file system that cannot do it goes on as before.
  static func set(_ isWanted: Bool, of descriptor: CInt) {
    // The mode that a file was opened with cannot be changed and need not be given.
    _ = fcntl(descriptor, F_SETFL, isWanted ? flag : 0)
  }
}
