import CLibcrypto
import Glibc

/// Names of files' contents as git gives them: the SHA-1 of "blob", a space, the size, a zero byte and the content.
///
/// SHA-1 tells damage from what was meant, and a hostile file with the same name from it only as far as SHA-1 does.
package enum GitBlob {
  /// The name, in 40 lower-case hexadecimal digits, of everything in a file that was just opened.
  ///
  /// - Throws: ``FileError`` if reading fails, or if the file changes meanwhile.
  package static func name(of file: borrowing OpenFile) throws(FileError) -> String {
    guard let context = EVP_MD_CTX_new() else {
      preconditionFailure("OpenSSL could not allocate a digest context.")
    }
    defer { EVP_MD_CTX_free(context) }
    precondition(
      EVP_DigestInit_ex(context, EVP_sha1(), nil) == 1,
      "This build of OpenSSL offers no SHA-1 (EVP_DigestInit_ex failed).")
    func update(_ bytes: UnsafeRawBufferPointer) {
      guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
      precondition(
        EVP_DigestUpdate(context, base, bytes.count) == 1, "EVP_DigestUpdate failed in OpenSSL.")
    }
    let size = try file.byteCount()
    Array("blob \(size)\0".utf8).withUnsafeBytes(update)
    var count = 0
    try file.readAll { piece in
      update(piece)
      count += piece.count
    }
    guard count == size else {
      throw FileError(
        .truncated,
        "A file of \(size) bytes had \(count) when it was read; it is being changed.")
    }
    var bytes = [UInt8](repeating: 0, count: 20)
    var length: UInt32 = 0
    precondition(
      EVP_DigestFinal_ex(context, &bytes, &length) == 1 && length == 20,
      "EVP_DigestFinal_ex failed in OpenSSL.")
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Whether a text is such a name.
  package static func isName(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 40
      && text.utf8.allSatisfy {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
      }
  }
}
