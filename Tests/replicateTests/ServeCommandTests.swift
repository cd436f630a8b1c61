import Foundation
import TestSupport
import Testing

@Suite("The command `serve`", .serialized) struct ServeCommandTests {
  /// Starts the program and gives its first line, then ends it with a signal.
  private func served(
    _ arguments: [String], signal: Int32, _ body: (String) throws -> Void
  ) throws -> Finished {
    let process = Process()
    process.executableURL = URL(filePath: Program.path)
    process.arguments = arguments
    let (output, error) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, error)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var text = ""
    while !text.contains("\n") {
      let bytes = output.fileHandleForReading.availableData
      if bytes.isEmpty { break }
      text += String(decoding: bytes, as: UTF8.self)
    }
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    try body(text)
    kill(process.processIdentifier, signal)
    let rest = output.fileHandleForReading.readDataToEndOfFile()
    let errors = error.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Finished(
      output: text + String(decoding: rest, as: UTF8.self),
      error: String(decoding: errors, as: UTF8.self), status: process.terminationStatus,
      wasKilled: process.terminationReason == .uncaughtSignal)
  }

  @Test("says where it serves, serves there, and ends with 130 at Ctrl-C")
  func serves() throws {
    try Program.withFolder { folder in
      let artifacts = "\(folder)/artifacts"
      #expect(try Program.run(["tiny", "--artifacts", artifacts]).status == 0)
      for (signal, options) in [(SIGINT, []), (SIGTERM, ["--json"])] {
        let finished = try served(
          ["serve", "--port", "0", "--artifacts", artifacts] + options, signal: signal
        ) { line in
          let address = try #require(line.firstMatch(of: /http:\/\/127\.0\.0\.1:[0-9]+\//))
          let page = try Program.run(
            ["-s", "--max-time", "60", String(address.output)], executable: "/usr/bin/curl")
          #expect(page.output.contains("1 record.") && page.output.contains(">tiny</a>"))
        }
        #expect(finished.status == 130 && !finished.wasKilled)
        #expect(finished.output.split(separator: "\n").count == 1)
        if options.isEmpty {
          #expect(finished.output.contains("shows 1 record to this machine"))
        } else {
          let object = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
          let json = try #require(object as? [String: any Sendable])
          #expect(json["schema"] as? String == "replicate/serve/v1" && json["records"] as? Int == 1)
        }
      }
    }
  }

  @Test("ends with 2 without an artifacts folder, and for a port that is none")
  func refuses() throws {
    let nowhere = try Program.run(["serve", "--artifacts", "/nowhere"])
    #expect(nowhere.status == 2 && nowhere.error.contains("There is no folder /nowhere"))
    for port in ["65536", "-1", "x"] {
      #expect(try Program.run(["serve", "--port=\(port)"]).status == 2, "\(port)")
    }
  }
}
