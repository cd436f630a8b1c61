import GRDB
import GRDBSQLite
import Provenance

/// The file of the index, which is read whole into a database in memory and written whole out of one.
enum IndexFile {
  /// How databases of the index are set up.
  static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "replicate.index"
    return configuration
  }

  /// The largest file that is read: a hundred times that of ten thousand runs.
  private static let largestSize = 1 << 30

  /// The content of the file at `place`; nil if there is no file.
  ///
  /// - Throws: ``ProvenanceError`` `link`, or `file` for what is none, or larger than any index.
  static func bytes(at place: ContainedPath) throws(ProvenanceError) -> [UInt8]? {
    guard let status = try FileStatus(at: place) else { return nil }
    guard status.byteCount < largestSize else {
      throw ProvenanceError(
        code: .file, message: "\(place) has \(status.byteCount) bytes; remove it.")
    }
    return try OpenFile.contents(of: place)
  }

  /// The database that a file with this content is.
  ///
  /// - Throws: ``IndexDamage`` for content that is no database.
  static func database(of bytes: [UInt8]) throws -> DatabaseQueue {
    guard !bytes.isEmpty else { throw IndexDamage(reason: "it is empty") }
    let queue = try DatabaseQueue(configuration: configuration)
    try queue.inDatabase { database in
      // Memory that SQLite may enlarge and will free.
      guard let memory = sqlite3_malloc64(UInt64(bytes.count)) else {
        throw IndexDamage(reason: "there is no memory for it")
      }
      let content = memory.assumingMemoryBound(to: UInt8.self)
      content.update(from: bytes, count: bytes.count)
      let flags = UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE)
      let code = sqlite3_deserialize(
        database.sqliteConnection, "main", content, Int64(bytes.count), Int64(bytes.count), flags)
      guard code == SQLITE_OK else { throw IndexDamage(reason: "it is no database") }
      database.clearSchemaCache()
    }
    return queue
  }

  /// What a file of the database holds.
  static func bytes(of queue: DatabaseQueue) throws -> [UInt8] {
    try queue.inDatabase { database in
      var count: Int64 = 0
      guard let content = sqlite3_serialize(database.sqliteConnection, "main", &count, 0) else {
        throw RunError(.index, "The index cannot be written: there is no memory for a copy of it.")
      }
      defer { sqlite3_free(content) }
      return Array(UnsafeBufferPointer(start: content, count: Int(count)))
    }
  }
}
