import Foundation
import TestSupport
import Testing

/// Every command that prints what strangers wrote, with strangers who want to be taken for the program.
@Suite("Text of strangers on the command line", .serialized) struct HostileTextTests {
  private static let hostile = "\u{1B}[2J\u{9B}31m\n::error::x\n\u{202E}##[error]y\u{200B}\u{E0041}"

  /// The toy's manifest with a stranger's title and description, and one that is wrong all over.
  private func writeManifests(to folder: String) throws {
    let copy = "\(folder)/manifests"
    try FileManager.default.copyItem(
      atPath: Checkout.manifests, toPath: copy)
    try FileManager.default.removeItem(atPath: "\(copy)/tiny.lock.json")
    let tiny = try String(contentsOfFile: "\(copy)/tiny.yaml", encoding: .utf8)
    let lines = tiny.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix("title:") ? #"title: "a \u202E\u200B\u2066 ##[error]b""# : String(line)
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: "\(copy)/hostile.yaml"))
    let broken = """
      schema: 1
      "na\\u001B[2J\\n::error::x": \(Self.hostile.replacing("\n", with: " "))
      title: "\\u001B]0;x\\a\\n::error::y\\u202E"
      assets: {"\\n::error::z": {file: "\\u009B31m"}}
      model: ["\\u001B[2J"]

      """
    try Data(broken.utf8).write(to: URL(filePath: "\(copy)/broken.yaml"))
    try Data(broken.replacing("\u{1B}", with: "").utf8).write(
      to: URL(filePath: "\(copy)/broken-2.yaml"))
  }

  @Test("is shown as what it is: one line, no colour, no command, whatever is asked")
  func everyCommand() throws {
    try Program.withFolder { folder in
      try writeManifests(to: folder)
      let artifacts = "\(folder)/art \(Self.hostile)"
      let manifest = "\(folder)/manifests/hostile.yaml"
      let run = try run(["run", manifest, "--artifacts", artifacts], in: folder)
      #expect(run.status == 0, "\(run.error)")
      let records = "\(artifacts)/records"
      let id = try #require(
        try FileManager.default.contentsOfDirectory(atPath: records).first { !$0.hasPrefix(".") })
      // A copy to which a file was added, in a folder of another name.
      let copy = "\(folder)/\(id)"
      try FileManager.default.copyItem(atPath: "\(records)/\(id)", toPath: copy)
      try Data("x".utf8).write(to: URL(filePath: "\(copy)/a\(Self.hostile)"))
      let broken = ["\(folder)/manifests/broken.yaml", "\(folder)/manifests/broken-2.yaml"]
      var commands = [["list"], ["validate", manifest], ["tiny", "--\(Self.hostile)"]]
      commands += [["check", Self.hostile], ["run", "tiny", "--threads", Self.hostile]]
      for file in broken {
        commands += [
          ["validate", file], ["plan", file], ["decode", file], ["run", file, "--json"],
        ]
      }
      for verb in ["plan", "power", "lock"] {
        commands += [[verb, manifest, "--artifacts", artifacts]]
      }
      for verb in ["show", "check", "audit"] {
        commands += [[verb, id, "--artifacts", artifacts], [verb, copy, "--json"], [verb, copy]]
        commands += [[verb, "\(folder)/\(Self.hostile)"]]
      }
      for record in [id, copy, "\(folder)/\(Self.hostile)"] {
        commands += [["audit", record, "--only", "rescoring", "--artifacts", artifacts]]
      }
      for verb in [["log"], ["log", "--rebuild"], ["gc", "--verify"], ["gc"]] {
        commands += [
          verb + ["--artifacts", artifacts], verb + ["--json", "--artifacts", artifacts],
        ]
      }
      commands += [
        ["diff", id, id, "--artifacts", artifacts], ["diff", id, copy, "--artifacts", artifacts],
        ["export", copy, "--format", "crate", "--output", "\(folder)/\(Self.hostile)"],
        ["import", "\(folder)/\(Self.hostile)"], ["import", folder],
        ["anchors", "push", "\(folder)/\(Self.hostile)"],
        ["anchors", "pull", Self.hostile, "--json"],
        ["evaluate", "--model", Self.hostile, "--tasks", "arc_challenge", "--output", artifacts],
        ["evaluate", "--model", "x", "--tasks", Self.hostile, "--output", artifacts],
        ["diff", Self.hostile, copy], ["diff", "\(folder)/manifests", folder],
      ]
      for command in commands { _ = try self.run(command, in: folder) }
    }
  }

  /// Runs a command as a workflow would, and judges what it wrote.
  private func run(_ command: [String], in folder: String) throws -> Finished {
    let script = "cd \"$1\"; shift; GITHUB_ACTIONS=true exec \"$@\""
    let finished = try Program.run(
      ["-c", script, "sh", folder, Program.path] + command, executable: "/bin/sh")
    #expect(!finished.wasKilled && finished.status < 126, "\(command)")
    let faults = [finished.output, finished.error].flatMap { text in
      // Annotations are commands of ours, whose properties come first.
      let lines = text.split(separator: "\n").filter {
        $0.wholeMatch(of: /::(error|warning|notice) (file|title)=.*/) == nil
      }
      return HostileText.faults(in: lines.joined(separator: "\n").utf8)
    }
    #expect(faults == [], "\(command): \(finished.output)\(finished.error)")
    return finished
  }
}
