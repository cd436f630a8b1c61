/// A Git LFS pointer: the three lines that a repository holds in place of a large file until it is fetched.
///
/// Source: the specification of git-lfs, version 1 (sorted keys after `version`; always below 1024 bytes).
struct LargeFilePointer: Equatable {
  /// Size below which a file may be a pointer, in bytes.
  static let sizeLimit = 1024

  /// SHA-256 of the file that it stands for, where it says one.
  let digest: String?
  /// Size of that file in bytes, where it says one.
  let byteCount: String?

  /// Reads the bytes of a whole file; nil if it is no pointer.
  init?(_ bytes: [UInt8]) {
    // The first address is that of pointers from before version 1.
    let versions = ["https://hawser.github.com/spec/", "https://git-lfs.github.com/spec/"]
    guard bytes.count < Self.sizeLimit,
      versions.contains(where: { bytes.starts(with: "version \($0)".utf8) })
    else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    func value(of key: String) -> String? {
      lines.first { $0.hasPrefix(key) }.map { String($0.dropFirst(key.count)) }
    }
    digest = value(of: "oid sha256:")
    byteCount = value(of: "size ")
  }

  /// What a file that is only a pointer is refused with.
  func error(name: String) -> FileError {
    let size = byteCount.map { " of \($0) bytes" } ?? ""
    let oid = digest.map { " with the SHA-256 \($0)" } ?? ""
    return FileError(
      .unreadable,

      "\(name) is a Git LFS pointer, not the file\(size)\(oid) that it stands for; fetch that with git lfs pull, or download it anew."
    )
  }
}
