import Foundation

/// Runs a program to its end and gives its exit status and what it wrote to standard output.
@discardableResult
package func runProgram(_ path: String, _ arguments: [String], in folder: String? = nil) throws
  -> (status: Int32, output: [UInt8])
{
  let process = Process()
  process.executableURL = URL(filePath: path)
  process.arguments = arguments
  if let folder { process.currentDirectoryURL = URL(filePath: folder) }
  // The settings of the machine and the user must not change what git does here.
  process.environment = [
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "HOME": "/nonexistent",
    "PATH": "/usr/bin:/bin", "LC_ALL": "C",
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": "2025-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2025-01-01T00:00:00Z",
  ]
  let output = Pipe()
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  try process.run()
  let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
  process.waitUntilExit()
  return (process.terminationStatus, bytes)
}
