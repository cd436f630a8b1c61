import Foundation
import TestSupport
import Testing

@Suite("The command `export`", .serialized) struct ExportCommandTests {
  @Test(
    "prints one line or one JSON object; 2 over something or for no format, 3 for a damaged record")
  func export() throws {
    try Program.withFolder { folder in
      let artifacts = "\(folder)/artifacts"
      let run = try Program.run(["tiny", "--artifacts", artifacts])
      #expect(run.status == 0)
      let records = "\(artifacts)/records"
      let id = try #require(
        try FileManager.default.contentsOfDirectory(atPath: records).first { !$0.hasPrefix(".") })
      func export(_ format: String, to name: String, _ options: [String] = []) throws -> Finished {
        try Program.run(
          [
            "export", String(id.prefix(5)), "--format", format, "--output", "\(folder)/\(name)",
            "--artifacts", artifacts,
          ] + options)
      }
      let crate = try export("crate", to: "crate")
      #expect(crate.status == 0 && crate.error.isEmpty)
      #expect(crate.output.contains("holds the record \(id) as a Process Run Crate"))
      let rescoring = ["audit", "\(folder)/crate/\(id)", "--only", "rescoring"]
      #expect(try Program.run(rescoring).status == 0)
      let statements = try export("in-toto", to: "in-toto", ["--json"])
      let object = try JSONSerialization.jsonObject(with: Data(statements.output.utf8))
      let json = try #require(object as? [String: any Sendable])
      #expect(json["record_id"] as? String == id && json["format"] as? String == "in-toto")

      let again = try export("in-toto", to: "in-toto")
      #expect(again.status == 2 && again.error.contains("is not an empty folder"))
      #expect(try export("zip", to: "zip").status == 2)
      try Data("{}".utf8).write(to: URL(filePath: "\(records)/\(id)/lock.json"))
      let damaged = try export("crate", to: "damaged")
      #expect(damaged.status == 3 && damaged.output.isEmpty)
      #expect(damaged.error.contains("lock.json has the SHA-256"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/damaged"))
    }
  }
}
