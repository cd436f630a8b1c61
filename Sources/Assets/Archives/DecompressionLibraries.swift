import CBrotli
import CLZ4
import CZlib
import CZstd
import Files

/// The libraries that archives and pages of Parquet are decompressed with.
package enum DecompressionLibraries {
  /// Their names and versions.
  package static let versions: [String: String] = [
    "brotli": brotliVersion,
    "lz4": String(cString: LZ4_versionString()),
    "snappy": snappyVersion,
    "zlib": String(cString: zlibVersion()),
    "zstd": String(cString: ZSTD_versionString()),
  ]

  /// Twelve bits each of minor version and patch, the rest major version.
  private static var brotliVersion: String {
    let version = BrotliDecoderVersion()
    return "\(version >> 24).\(version >> 12 & 0xFFF).\(version & 0xFFF)"
  }

  /// Snappy's interface for C does not tell its version; the name of the file that it was loaded from does.
  private static var snappyVersion: String {
    let maps = (try? OpenFile.contents(of: "/proc/self/maps")) ?? []
    return String(decoding: maps, as: UTF8.self)
      .firstMatch(of: /\/libsnappy\.so\.([0-9.]+)\n/).map { String($0.1) } ?? "unknown"
  }
}
