import Foundation

/// The server of hub_server.py, which runs as long as this value, over repositories in a folder of its own.
package final class HubServer {
  /// What it was asked.
  package struct Request: Equatable, Decodable {
    /// "hub", or "storage", which the Hub sends those on who want large files.
    package let server: String
    package let path: String
    /// The bytes that were asked for; "-" for all.
    package let range: String
    /// The value of `Authorization`; "-" for none.
    package let authorization: String

    private enum CodingKeys: String, CodingKey {
      case server = "on"
      case path, range, authorization
    }
  }

  private static let script = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "AssetsTests/Fixtures/hub_server.py")

  /// Whether the programs that it and its clients need are there.
  package static let isAvailable = ["python3", "curl"].allSatisfy { program in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      access("\($0)/\(program)", X_OK) == 0
    }
  }

  /// The folder that repositories lie in.
  package let folder: TemporaryFolder
  /// Addresses of both servers.
  package let address: String
  package let storage: String
  private let process = Process()
  private let input = Pipe()

  /// Starts a server whose lists of files have so many entries a page.
  package init(page: Int = 1000) throws {
    folder = try TemporaryFolder()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", Self.script.path, folder.path, "--page", "\(page)",
    ]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    func line() throws -> String {
      var line: [UInt8] = []
      while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 0x0A {
        line.append(byte)
      }
      return String(decoding: line, as: UTF8.self)
    }
    (address, storage) = (try line(), try line())
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Puts a file into a repository such as "models/owner/name".
  package func add(_ content: [UInt8], _ path: String, to repository: String) throws {
    _ = try folder.write(content, to: "\(repository)/\(path)")
  }

  package func add(_ content: String, _ path: String, to repository: String) throws {
    try add(Array(content.utf8), path, to: repository)
  }

  /// Lets it misbehave as the rules at the head of hub_server.py say, in JSON.
  package func misbehave(_ rules: String) throws {
    _ = try curl("--data-binary", rules, "\(address)/_faults")
  }

  /// The requests so far.
  package func log() throws -> [Request] {
    try curl("\(address)/_log").split(separator: "\n").map { line in
      try JSONDecoder().decode(Request.self, from: Data(line.utf8))
    }
  }

  private func curl(_ arguments: String...) throws -> String {
    let answer = try runProgram("/usr/bin/env", ["curl", "--silent", "--show-error"] + arguments)
    return String(decoding: answer.output, as: UTF8.self)
  }
}
