import Foundation

/// The folder or file that an environment variable names; nil if it is not set, empty, or names nothing that is there.
package func namedFolder(_ variable: String) -> String? {
  guard let path = ProcessInfo.processInfo.environment[variable], !path.isEmpty,
    FileManager.default.fileExists(atPath: path)
  else { return nil }
  return path
}
