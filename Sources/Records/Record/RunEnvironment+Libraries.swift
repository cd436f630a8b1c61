import Assets
import GRDB
package import Provenance
package import Tensors

extension RunEnvironment {
  /// This machine with the versions of all libraries that computations with `numerics` use.
  ///
  /// OpenBLAS starts threads as soon as it is loaded, which portable computations must not depend on.
  package static func withLibraries(for numerics: Numerics) -> RunEnvironment {
    .current(
      libraries: [
        "openblas": numerics == .openblas ? Numerics.openBLASVersion : "not used",
        "sqlite": sqliteVersion,
      ].merging(DecompressionLibraries.versions) { $1 })
  }

  private static var sqliteVersion: String {
    let version = try? DatabaseQueue().read {
      try String.fetchOne($0, sql: "SELECT sqlite_version()")
    }
    return (version ?? nil) ?? "unknown"
  }
}
