import Assets
package import Files

/// Why two logs of other engines cannot be compared, in one sentence.
package typealias LogError = CodedError<LogErrorCode>

/// The kinds of failure that a caller may want to tell apart.
package enum LogErrorCode: String, Sendable {
  /// A file or folder that does not exist or cannot be read.
  case file
  /// A file or folder that holds no log of a known kind.
  case unknownKind
  /// A folder that holds several logs and does not say which one is meant.
  case ambiguous
  /// A log that is damaged.
  case damaged
  /// A date of which a folder holds no run.
  case unknownRun
  /// Two logs that have nothing to compare.
  case unrelated
}

extension LogError {
  /// Runs `body` and turns what reading files and JSON throws into a log error.
  static func wrapping<Result>(_ body: () throws -> Result) throws(LogError) -> Result {
    do {
      return try body()
    } catch let error as LogError {
      throw error
    } catch let error as FileError {
      throw LogError(error.code == .invalidJSON ? .damaged : .file, error.message)
    } catch let error as AssetError {
      throw LogError(error.code == .damagedData ? .damaged : .file, error.message)
    } catch {
      throw LogError(.file, "\(error)")
    }
  }
}
