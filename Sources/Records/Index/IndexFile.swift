import Files
import Foundation
import GRDB
import GRDBSQLite

/// The file of the index, which is read where it lies and written whole out of a database in memory.
enum IndexFile {
  /// How databases of the index are set up.
  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "replicate.index"
    return configuration
  }

  /// The largest file that is read, a hundred times that of ten thousand runs: whoever adds to it holds it in memory.
  private static let largestSize = 1 << 30

  /// An empty database in memory.
  static func emptyDatabase() throws -> DatabaseQueue {
    try DatabaseQueue(configuration: configuration)
  }

  /// A database in memory with everything that another one holds.
  static func copy(of queue: DatabaseQueue) throws -> DatabaseQueue {
    let copy = try emptyDatabase()
    try queue.backup(to: copy)
    return copy
  }

  /// The database that the file at `place` is, for reading; nil if there is no file.
  ///
  /// SQLite is told that nobody changes the file, and so it locks nothing, makes no file, and looks at none of those that
  /// its names of journals would lead to. Nobody does: an index is replaced.
  ///
  /// - Throws: ``FileError`` `link`, or `unreadable` for what is none or larger than any index; ``IndexDamage`` for what can be no
  ///   database; ``RunError`` `index` where the system's SQLite cannot do it.
  static func database(at place: ContainedPath) throws -> DatabaseQueue? {
    let byteCount: Int
    do throws(FileError) {
      byteCount = try OpenFile.reading(place).byteCount()
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
    guard byteCount > 0 else { throw IndexDamage(reason: "it is empty") }
    guard byteCount < largestSize else {
      throw FileError(.unreadable, "\(place) has \(byteCount) bytes; remove it.")
    }
    guard sqlite3_compileoption_used("USE_URI") == 1 else {
      throw RunError(
        .index,
        "The index \(place) cannot be read: this system's SQLite was built without SQLITE_USE_URI; install one that has it, as Debian's libsqlite3-0 does."
      )
    }
    var plain = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: " "..."~"))
    plain.insert(charactersIn: "/._-")
    guard let path = place.path.addingPercentEncoding(withAllowedCharacters: plain) else {
      preconditionFailure("Every text of Unicode can be written in UTF-8.")
    }
    let address = "file:\(path.hasPrefix("/") ? "//" : "")\(path)?mode=ro&immutable=1"
    var configuration = configuration
    configuration.readonly = true
    return try DatabaseQueue(path: address, configuration: configuration)
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
