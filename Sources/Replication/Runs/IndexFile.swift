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

  /// The content of a file in memory of SQLite's, which a database takes over.
  struct Content: ~Copyable {
    fileprivate let memory: UnsafeMutableRawBufferPointer

    /// Reads a file once, to where the database has it: a list of ten thousand runs waits for nothing else.
    ///
    /// - Throws: ``ProvenanceError`` `link`, or `file` for what is none, or larger than any index.
    fileprivate init(_ file: borrowing OpenFile) throws(ProvenanceError) {
      let size = try file.byteCount()
      guard size < largestSize else {
        throw ProvenanceError(code: .file, message: "\(file.path) has \(size) bytes; remove it.")
      }
      guard let memory = sqlite3_malloc64(UInt64(max(size, 1))) else {
        throw ProvenanceError(code: .file, message: "There is no memory for \(file.path).")
      }
      let buffer = UnsafeMutableRawBufferPointer(start: memory, count: size)
      do throws(ProvenanceError) {
        // What was cut off meanwhile is damage, which the database finds.
        self.memory = UnsafeMutableRawBufferPointer(
          rebasing: buffer[..<(try file.fill(buffer))])
      } catch {
        sqlite3_free(memory)
        throw error
      }
    }

    fileprivate consuming func taken() -> UnsafeMutableRawBufferPointer {
      let memory = memory
      discard self
      return memory
    }

    deinit { sqlite3_free(memory.baseAddress) }
  }

  /// The content of the file at `place`; nil if there is no file.
  ///
  /// - Throws: ``ProvenanceError`` `link`, or `file` for what is none, or larger than any index.
  static func content(at place: ContainedPath) throws(ProvenanceError) -> Content? {
    do throws(ProvenanceError) {
      return try Content(OpenFile.reading(place))
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }

  /// The database that a file with this content is.
  ///
  /// - Throws: ``IndexDamage`` for content that is no database.
  static func database(of content: consuming Content) throws -> DatabaseQueue {
    guard !content.memory.isEmpty else { throw IndexDamage(reason: "it is empty") }
    let queue = try DatabaseQueue(configuration: configuration)
    let memory = content.taken()
    try queue.inDatabase { database in
      // Memory that SQLite may enlarge and will free.
      let flags = UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE)
      let code = sqlite3_deserialize(
        database.sqliteConnection, "main", memory.bindMemory(to: UInt8.self).baseAddress,
        Int64(memory.count), Int64(memory.count), flags)
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
