package import Files

/// Where records are served.
package struct ServedSite: Sendable, CommandOutcome {
  private let port: UInt16
  private let recordCount: Int

  /// A server at a port of this machine.
  package init(port: UInt16, recordCount: Int) {
    self.port = port
    self.recordCount = recordCount
  }

  private var address: String { "http://127.0.0.1:\(port)/" }

  package var text: ReportText {
    "\(address) shows \(English.count(recordCount, "record")) to this machine; Ctrl-C ends it."
  }

  package var json: JSON {
    [
      "schema": "replicate/serve/v1", "exit_code": JSON(Int(exitCode)),
      "address": .string(address), "port": JSON(Int(port)), "records": JSON(recordCount),
    ]
  }
}
