import Foundation
import TestSupport
import Testing

@Suite("The commands on records", .serialized) struct RecordCommandTests {
  /// Whether this process may mount folders in a namespace of its own.
  private static let canMount =
    (try? Program.run(["-m", "true"], executable: "/usr/bin/unshare").status) == 0

  /// Runs the toy once for a test.
  private func withRun(_ body: (_ artifacts: String, _ id: String) throws -> Void) throws {
    try Program.withFolder { folder in
      let finished = try Program.run(["tiny", "--json", "--artifacts", "\(folder)/artifacts"])
      let id = try #require(try object(finished)["record_id"] as? String)
      try body("\(folder)/artifacts", id)
    }
  }

  private func object(_ finished: Finished) throws -> [String: any Sendable] {
    #expect(finished.output.split(separator: "\n").count == 1)
    let parsed = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
    return try #require(parsed as? [String: any Sendable])
  }

  @Test("list, show, verify and clean what a run left, as text and as JSON")
  func commands() throws {
    try withRun { artifacts, id in
      let options = ["--artifacts", artifacts]
      let log = try Program.run(["log"] + options)
      #expect(log.status == 0 && log.error.isEmpty)
      #expect(log.output.hasPrefix(id) && log.output.contains("arms base sft eaft"))
      let filters = ["--name", "tiny", "--status", "sealed", "--since", "2020-01-01"]
      #expect(try Program.run(["log", "--limit", "1"] + filters + options).output == log.output)
      let show = try Program.run(["show", String(id.prefix(6))] + options)
      #expect(show.status == 0 && show.output.contains("as they were sealed"))
      #expect(try Program.run(["gc", "--verify"] + options).output.hasPrefix("All is well"))
      #expect(
        try Program.run(["gc", "--keep-days", "0", "--inputs"] + options).output
          == "0 items removed, 0 bytes freed.\n")
      #expect(try Program.run(["log", "--rebuild"] + options).output == log.output)
      #expect(FileManager.default.fileExists(atPath: "\(artifacts)/replicate.sqlite"))
      let rescoring = try Program.run(["audit", id, "--only", "rescoring"] + options)
      #expect(rescoring.status == 0 && rescoring.output.contains("no score changed"))
      for (verb, schema) in [
        (["log"], "log"), (["show", id], "show"), (["gc", "--verify"], "verify-store"),
        (["gc", "--dry-run"], "gc"), (["audit", id, "--only", "rescoring"], "rescore"),
        (["diff", id, id], "diff"),
      ] {
        let finished = try Program.run(verb + ["--json"] + options)
        #expect(finished.status == 0)
        #expect(try object(finished)["schema"] as? String == "replicate/\(schema)/v1")
      }
    }
  }

  @Test("write a report, and disclose a sample that the record vouches for")
  func disclosure() throws {
    try withRun { artifacts, id in
      let options = ["--artifacts", artifacts]
      let (page, text) = ("\(artifacts)/report.html", "\(artifacts)/report.md")
      let written = try Program.run(
        ["report", id, "--html", page, "--md", text, "--json"] + options)
      #expect(written.status == 0)
      #expect(try object(written)["files"] as? [String] == [page, text])
      for file in [page, text] {
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains(id))
      }
      let proof = try Program.run(["show", id, "--prove", "arc_challenge:0"] + options)
      let file = "\(artifacts)/proof.json"
      try Data(proof.output.utf8).write(to: URL(filePath: file))
      let checked = try Program.run(["audit", "--proof", file] + options)
      #expect(checked.status == 0 && checked.output.contains("samples/arc_challenge.base.jsonl"))
      let edited = proof.output.replacing("log_likelihood", with: "log_Likelihood")
      try Data(edited.utf8).write(to: URL(filePath: file))
      #expect(try Program.run(["audit", "--proof", file] + options).status == 3)
      #expect(try Program.run(["show", id, "--prove", "arc_challenge:999"] + options).status == 2)
      #expect(try Program.run(["audit", "--proof", file, "--rescore"] + options).status == 2)
      #expect(try Program.run(["audit"]).status == 2)
    }
  }

  @Test("write a paper about the newest run of a name, or about a record")
  func paper() throws {
    try withRun { artifacts, id in
      let folder = "\(artifacts)/paper"
      let options = ["--output", folder, "--artifacts", artifacts]
      let written = try object(try Program.run(["paper", "tiny", "--json"] + options))
      #expect(written["schema"] as? String == "replicate/paper/v1")
      #expect(written["record_id"] as? String == id && written["exit_code"] as? Int == 0)
      let files = try #require(written["files"] as? [String])
      #expect(files.contains("paper.tex") && files.contains("paper.md"))
      for file in files { #expect(FileManager.default.fileExists(atPath: "\(folder)/\(file)")) }
      let again = try Program.run(["paper", String(id.prefix(6))] + options)
      #expect(again.status == 0 && again.output.contains(id))
      let unknown = try Program.run(["paper", "no such run"] + options)
      #expect(unknown.status == 2 && unknown.error.contains("There is no finished run named"))
      let other = try Program.run(["paper", id, "--table", "eaft-paper"] + options)
      #expect(other.status == 0)
      try Data("mine".utf8).write(to: URL(filePath: "\(folder)/paper.tex"))
      #expect(try Program.run(["paper", id] + options).status == 2)
      try Data("{}\n".utf8).write(
        to: URL(filePath: "\(artifacts)/records/\(id)/samples/mmlu.base.jsonl"))
      #expect(
        try Program.run(["paper", id, "--output", "\(folder)2", "--artifacts", artifacts]).status
          == 3)
    }
  }

  @Test("end with 3 for what is not as it was written, with 2 for what there is not")
  func exitCodes() throws {
    try withRun { artifacts, id in
      let options = ["--artifacts", artifacts]
      #expect(try Program.run(["show", "xyz"] + options).status == 2)
      for arguments in [["--limit", "0"], ["--since", "yesterday"], ["--status", "done"]] {
        #expect(try Program.run(["log"] + arguments + options).status == 2)
      }
      #expect(try Program.run(["gc", "--keep-days", "-1"] + options).status == 2)
      #expect(try Program.run(["gc", "--verify", "--dry-run"] + options).status == 2)
      let mixed = try Program.run(["audit", id, "--only", "rescoring", "--all"] + options)
      #expect(mixed.status == 2 && mixed.error.contains("--only rescoring goes with"))
      let file = "\(artifacts)/records/\(id)/samples/mmlu.base.jsonl"
      try Data("{}\n".utf8).write(to: URL(filePath: file))
      for verb in [["show", id], ["gc", "--verify"], ["audit", id, "--only", "rescoring"]] {
        let finished = try Program.run(verb + options)
        #expect(finished.status == 3 && finished.output.contains(file))
        let told = try object(try Program.run(verb + ["--json"] + options))
        #expect(told["exit_code"] as? Int == 3, "\(verb)")
      }
    }
  }

  @Test("an artifacts folder that does not exist is an error and not an empty one")
  func missingFolder() throws {
    for verb in [["log"], ["log", "--rebuild"], ["gc", "--dry-run"], ["gc", "--verify"]] {
      let finished = try Program.run(verb + ["--artifacts", "no/such/folder"])
      #expect(finished.status == 2 && finished.output.isEmpty)
      #expect(finished.error.contains("no/such/folder"))
    }
  }

  @Test("compare logs of other engines, too, and tell them from records")
  func logs() throws {
    try Program.withFolder { folder in
      let paths = try [1.5, 1.25].map { loss in
        let path = "\(folder)/\(loss)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data(#"{"log_history":[{"step":1,"loss":\#(loss)}]}"#.utf8)
          .write(to: URL(filePath: "\(path)/trainer_state.json"))
        return path
      }
      let different = try Program.run(["diff"] + paths + ["--json"])
      let told = try object(different)
      #expect(different.status == 6 && told["exit_code"] as? Int == 6)
      #expect(told["schema"] as? String == "replicate/log-diff/v1")
      let dated = try Program.run(["diff", "--date", "2026"] + paths)
      #expect(dated.status == 2 && dated.error.contains("no folder with runs"))
      let file = "\(paths[0])/trainer_state.json"
      let same = try Program.run(["diff", paths[0], file])
      #expect(same.status == 0 && same.output.contains("are identical: 1 step"))
      let absent = try Program.run(["diff", file, "\(folder)/nothing"])
      #expect(absent.status == 2 && absent.error.contains("no file or folder \(folder)/nothing"))
    }
  }

  @Test("are found by the names that they had in version 0.1, which no help shows")
  func formerNames() throws {
    try withRun { artifacts, id in
      let options = ["--artifacts", artifacts]
      for (former, present) in [
        (["verify-store"], ["gc", "--verify"]), (["index"], ["log", "--rebuild"]),
        (["index", "--rebuild"], ["log", "--rebuild"]),
        (["rescore", id], ["audit", id, "--only", "rescoring"]),
      ] {
        let (old, new) = (
          try Program.run(former + options), try Program.run(present + options)
        )
        #expect(old.status == 0 && old.output == new.output, "\(former): \(old.error)")
      }
      for (former, present) in [
        (["push", artifacts], ["anchors", "push", artifacts]),
        (["pull", artifacts], ["anchors", "pull", artifacts]),
        (["certify", "tinny"], ["determinism", "tinny", "--certificate"]),
        (["determinism", "--logs", "/a", "/b"], ["diff", "/a", "/b"]),
      ] {
        let (old, new) = (try Program.run(former), try Program.run(present))
        #expect(old.status == new.status && old.status != 0, "\(former): \(old.error)")
      }
      let shown = try CommandDescription.all().filter(\.command.isShown)
        .map { $0.words.joined(separator: " ") }
      #expect(
        Set(shown).isDisjoint(with: ["certify", "index", "pull", "push", "rescore", "verify-store"])
      )
    }
  }

  @Test("tell a run that a process is at, and one that was killed")
  func killedRun() throws {
    try Program.withFolder { folder in
      let artifacts = "\(folder)/artifacts"
      let seen = Listing()
      let killed = try Program.run(["tiny", "--artifacts", artifacts]) {
        // As soon as there is a record, while its process is at it.
        guard let log = try? Program.run(["log", "--artifacts", artifacts]).output, !log.isEmpty
        else { return false }
        seen.text = log
        return true
      }
      #expect(killed.wasKilled)
      #expect(seen.text.contains("  running  last event "))
      let log = try Program.run(["log", "--artifacts", artifacts]).output
      #expect(log.contains("  interrupted  last sign of life "))
    }
  }

  /// What another thread has read.
  private final class Listing: @unchecked Sendable {
    // @unchecked: written before the process is killed, read after it has ended.
    var text = ""
  }

  @Test("log, show and gc --verify work on a read-only folder", .enabled(if: canMount))
  func readOnly() throws {
    try withRun { artifacts, id in
      for hasIndex in [true, false] {
        let index = "\(artifacts)/replicate.sqlite"
        if !hasIndex { try FileManager.default.removeItem(atPath: index) }
        let expected = try FileManager.default.subpathsOfDirectory(atPath: artifacts).sorted()
        for (verb, status) in [
          (["log"], 0), (["show", id], 0), (["gc", "--verify"], 0), (["gc", "--dry-run"], 0),
          (["log", "--rebuild"], 5),
        ] {
          let script = """
            mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99
            touch "$1/x" 2>/dev/null && exit 98
            shift; exec "$@"
            """
          let finished = try Program.run(
            ["-m", "sh", "-c", script, "sh", artifacts, Program.path] + verb
              + ["--artifacts", artifacts], executable: "/usr/bin/unshare")
          #expect(finished.status == Int32(status), "\(verb): \(finished.error)")
          #expect(verb != ["log"] || finished.output.hasPrefix(id))
        }
        let found = try FileManager.default.subpathsOfDirectory(atPath: artifacts).sorted()
        #expect(found == expected)
      }
    }
  }
}
