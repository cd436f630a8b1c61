import CLibcrypto

/// A running SHA-256 over bytes that arrive in pieces.
///
/// The result depends on the bytes only, not on how they were cut into pieces.
package struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// Starts an empty hash.
  package init() {
    guard let context = EVP_MD_CTX_new() else {
      preconditionFailure("OpenSSL could not allocate a digest context.")
    }
    precondition(
      EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1,
      "This build of OpenSSL offers no SHA-256 (EVP_DigestInit_ex failed).")
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Appends bytes.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    precondition(
      EVP_DigestUpdate(context, base, bytes.count) == 1, "EVP_DigestUpdate failed in OpenSSL.")
  }

  /// Appends bytes.
  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Appends the UTF-8 bytes of a text, as they are (no normalisation).
  package mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// Ends the hash and gives its value.
  package consuming func finalize() -> Digest {
    var bytes = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    precondition(
      EVP_DigestFinal_ex(context, &bytes, &length) == 1 && length == 32,
      "EVP_DigestFinal_ex failed in OpenSSL.")
    guard let digest = Digest(bytes: bytes) else {
      preconditionFailure("A SHA-256 value has 32 bytes.")
    }
    return digest
  }
}

// MARK: - Whole inputs

extension SHA256 {
  /// The digest of some bytes.
  package static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finalize()
  }

  /// The digest of some bytes.
  package static func digest(of bytes: [UInt8]) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finalize()
  }

  /// The digest of a text's UTF-8 bytes, as they are (no normalisation).
  package static func digest(of text: String) -> Digest {
    var hash = SHA256()
    hash.update(text)
    return hash.finalize()
  }

  /// The digest of a regular file's content, read in pieces of 1 MiB.
  ///
  /// - Throws: ``FileError`` if the path names no regular file or reading it fails.
  package static func digest(ofFileAt path: String) throws(FileError) -> Digest {
    let file = try OpenFile.reading(path)
    var hash = SHA256()
    try file.readAll { piece in hash.update(piece) }
    return hash.finalize()
  }
}
