import Files

/// The SHA-256 digests that records mention, wherever they do.
///
/// What a record refers to is found by looking at its bytes for 64 hexadecimal digits, not by knowing its fields: weights,
/// samples, inputs and whatever a later version adds are found alike, in records that cannot be read any more too. A
/// digest of something else that is mentioned can only keep a file, never lose one.
struct DigestMentions: Sendable {
  /// What any record mentions.
  private(set) var all: Set<Digest> = []
  /// What records of runs mention that are not sealed.
  private(set) var open: Set<Digest> = []

  /// The files of a record that mention what it was made from and what it came to.
  private static let files = [
    RecordFile.events, RecordFile.summary, RecordFile.manifest, RecordFile.lock,
  ]

  /// Reads all records of a store.
  ///
  /// - Throws: ``FileError`` `unreadable` for one that is there and cannot be read: what it refers to is then unknown.
  init(_ store: RunStore) throws {
    for id in try store.ids() {
      var mentions: Set<Digest> = []
      var isSealed = false
      for name in DigestMentions.files {
        do throws(FileError) {
          let bytes = try OpenFile.contents(of: store.place(of: id).appending(name))
          mentions.formUnion(DigestMentions.digests(in: bytes))
          if name == RecordFile.summary { isSealed = true }
        } catch {
          guard error.code == .notFound else { throw error }
        }
      }
      all.formUnion(mentions)
      if !isSealed { open.formUnion(mentions) }
    }
  }

  /// Every run of exactly 64 lower-case hexadecimal digits.
  static func digests(in bytes: [UInt8]) -> Set<Digest> {
    var found: Set<Digest> = []
    bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      for index in 0...bytes.count {
        if index < bytes.count, isHexadecimal(bytes[index]) { continue }
        if index - start == 64,
          let digest = Digest(hex: String(decoding: bytes[start..<index], as: UTF8.self))
        {
          found.insert(digest)
        }
        start = index + 1
      }
    }
    return found
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
  }
}
