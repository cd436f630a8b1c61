import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("SHA-256 digests")
struct DigestTests {
  @Test(
    "Known answers of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func knownAnswers(text: String, hex: String) {
    #expect(SHA256.digest(of: text).hex == hex)
    #expect(SHA256.digest(of: Array(text.utf8)).hex == hex)
  }

  @Test("A million letters, in pieces of any size, from memory and from a file")
  func pieces() throws {
    let hex = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    for size in [1000, 99_999, 1_000_000] {
      var hash = SHA256()
      var start = 0
      while start < bytes.count {
        let end = min(start + size, bytes.count)
        hash.update(Array(bytes[start..<end]))
        start = end
      }
      #expect(hash.finalize().hex == hex)
    }
    let folder = try TemporaryFolder()
    try Data(bytes).write(to: URL(filePath: folder.path(of: "a")))
    #expect(try SHA256.digest(ofFileAt: folder.path(of: "a")).hex == hex)
  }

  @Test("A digest has one spelling, and its order is that of its bytes")
  func spelling() throws {
    let hex = "00ff" + String(repeating: "5a", count: 30)
    let digest = try #require(Digest(hex: hex))
    #expect(digest.hex == hex)
    #expect(Digest(bytes: digest.bytes) == digest)
    #expect(Digest(hex: hex.uppercased()) == nil)
    #expect(Digest(hex: hex.dropLast()) == nil)
    #expect(Digest(hex: hex + "00") == nil)
    #expect(Digest(hex: "") == nil)
    #expect(Digest(hex: String(repeating: "é", count: 32)) == nil)
    #expect(Digest(bytes: [1, 2, 3]) == nil)
    let larger = try #require(Digest(hex: "01" + String(repeating: "00", count: 31)))
    #expect(digest < larger)
    let coded = try JSONEncoder().encode([digest])
    #expect(String(decoding: coded, as: UTF8.self) == "[\"\(hex)\"]")
    #expect(try JSONDecoder().decode([Digest].self, from: coded) == [digest])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Digest].self, from: Data("[\"00\"]".utf8))
    }
  }

  @Test(
    "A content's name in git is that of git's own hash-object",
    arguments: [
      ("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
      ("{}", "9e26dfeeb6e641a33dae4961196235bdb965b21b"),
      ("what is up, doc?", "bd9dbf5aae1a3862dd1526723246b20206e5fc37"),
    ])
  func gitBlobs(content: String, name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(content.utf8), to: "a")
    #expect(try GitBlob.name(of: try OpenFile.reading(path)) == name)
    #expect(GitBlob.isName(name) && !GitBlob.isName(name.uppercased() + "0"))
  }

  @Test("A missing file, a folder and a path with a NUL are errors that name the path")
  func badPaths() throws {
    let folder = try TemporaryFolder()
    #expect {
      try SHA256.digest(ofFileAt: folder.path(of: "absent"))
    } throws: {
      ($0 as? FileError)?.code == .notFound && "\($0)".contains("absent")
    }
    #expect(throws: FileError.self) { try SHA256.digest(ofFileAt: folder.path) }
    #expect(throws: FileError.self) { try SHA256.digest(ofFileAt: "a\0b") }
  }
}
