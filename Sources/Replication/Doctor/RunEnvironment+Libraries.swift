import CZlib
import GRDB
import Provenance
import Tensors

extension RunEnvironment {
  /// This machine with the versions of all libraries that the program uses.
  static func withLibraries() -> RunEnvironment {
    .current(libraries: [
      "openblas": Numerics.openBLASVersion, "sqlite": sqliteVersion,
      "zlib": String(cString: zlibVersion()),
    ])
  }

  private static var sqliteVersion: String {
    let version = try? DatabaseQueue().read {
      try String.fetchOne($0, sql: "SELECT sqlite_version()")
    }
    return (version ?? nil) ?? "unknown"
  }
}
