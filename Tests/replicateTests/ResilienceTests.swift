import Foundation
import TestSupport
import Testing

@Suite("A run on a bad day", .serialized) struct ResilienceTests {
  /// Whether this process may mount folders in a namespace of its own.
  private static let canMount =
    (try? Program.run(["-m", "true"], executable: "/usr/bin/unshare").status) == 0

  private func resultsDigest(_ text: String) throws -> String {
    let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require((parsed as? [String: Any])?["results_sha256"] as? String)
  }

  /// The results of a run that nothing befell.
  private func undisturbed() throws -> String {
    try Program.withFolder { folder in
      try resultsDigest(
        try Program.run(["tiny", "--json", "--artifacts", "\(folder)/artifacts"]).output)
    }
  }

  @Test(
    "says that the disk is full, loses nothing, and goes on to the same bits when there is room",
    .enabled(if: canMount, "this process may not mount a small file system"))
  func fullDisk() throws {
    try Program.withFolder { folder in
      // Each size ends the run in another place: the store, a checkpoint, the second arm.
      let script = """
        mount -t tmpfs -o size=16k tmpfs "$1" || exit 99
        for size in 16k 300k 900k 1700k 2600k 3500k 64m; do
          mount -o remount,size=$size "$1"
          "$2" run tiny --json --artifacts "$1/artifacts" 2>"$1-errors"
          echo "$? $(tail -n 1 "$1-errors")"
        done
        "$2" audit "$(ls "$1/artifacts/records")" --rescore --artifacts "$1/artifacts" >&2
        echo "$?"
        """
      let disk = "\(folder)/disk"
      try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
      let finished = try Program.run(
        ["-m", "sh", "-c", script, "sh", disk, Program.path], executable: "/usr/bin/unshare")
      let lines = finished.output.split(separator: "\n")
      let ends = lines.filter { !$0.hasPrefix("{") }
      try #require(ends.count == 8, "\(finished.output) \(finished.error)")
      for end in ends.prefix(6) {
        #expect(end.hasPrefix("5 replicate: ") && end.contains("No space left on device"), "\(end)")
      }
      #expect(ends[6].hasPrefix("0 ") && ends[7] == "0", "\(finished.error)")
      let results = try resultsDigest(String(try #require(lines.last { $0.hasPrefix("{") })))
      #expect(results == (try undisturbed()))
    }
  }

  @Test("goes on in a folder that was moved, to the same bits")
  func moved() throws {
    try Program.withFolder { folder in
      let (old, new) = ("\(folder)/old", "\(folder)/new")
      let steps = "\(old)/steps"
      let killed = try Program.run(["tiny", "--json", "--artifacts", old]) {
        // The data is prepared, which takes two steps, and one arm is trained.
        ((try? FileManager.default.contentsOfDirectory(atPath: steps)) ?? []).count > 2
      }
      #expect(killed.wasKilled)
      try FileManager.default.moveItem(atPath: old, toPath: new)
      let finished = try Program.run(["tiny", "--json", "--artifacts", new])
      #expect(finished.status == 0 && finished.error.contains("resuming the run"))
      #expect(try resultsDigest(finished.output) == (try undisturbed()))
    }
  }
}

extension Program {
  /// Runs the program and kills it as soon as `isTime` says so.
  fileprivate static func run(
    _ arguments: [String], killedWhen isTime: @escaping @Sendable () -> Bool
  ) throws -> Finished {
    try run(arguments, executable: path, killedAfter: nil, killedWhen: isTime)
  }
}
