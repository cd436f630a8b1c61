import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite("A script of jobs") struct JobScriptTests {
  @Test(
    "is read by a shell as it was meant",
    arguments: JobScript.Scheduler.allCases)
  func script(_ scheduler: JobScript.Scheduler) throws {
    let folder = try TemporaryFolder()
    // Programs that only tell how they were called.
    for name in ["replicate", "sbatch"] {
      let text = """
        #!/bin/sh
        { echo "\(name)"; for word in "$@"; do echo "[$word]"; done; } >> "$LOG"
        \(name == "sbatch" ? "for word in \"$@\"; do case $word in --wrap=*) sh -c \"${word#--wrap=}\";; esac; done; echo 17" : "")
        """
      let path = try folder.write(Array(text.utf8), to: "bin/\(name)")
      #expect(chmod(path, 0o755) == 0)
    }
    let value = "training.note=it's $HOME `a` \"b\""
    let script = JobScript(
      name: "tiny", jobs: ["base", "sft:1"],
      arguments: ["replicate", "run", "tiny", "--set", value, "--artifacts", "/a b"],
      scheduler: scheduler)
    let path = try folder.write(Array(script.text.text(colors: false).utf8), to: "jobs.sh")
    let log = folder.path(of: "log")
    let finished = try runProgram(
      "/bin/sh", ["-c", "PATH=\(folder.path(of: "bin")):$PATH LOG=\(log) sh \(path) --time=1"])
    #expect(finished.status == 0, "\(String(decoding: finished.output, as: UTF8.self))")
    let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    let words = ["[run]", "[tiny]", "[--set]", "[\(value)]", "[--artifacts]", "[/a b]"]
    let calls = lines.split(separator: "replicate").map { call in
      call.prefix { $0 != "sbatch" }.map(String.init)
    }.filter { !$0.isEmpty }
    #expect(calls == [words + ["[--only]", "[base]"], words + ["[--only]", "[sft:1]"], words])
    if scheduler == .slurm {
      #expect(lines.contains("[--dependency=afterok:17:17]") && lines.contains("[--time=1]"))
    }
  }
}
