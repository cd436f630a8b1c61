import Foundation
import TestSupport
import Testing

/// What befalls a process from outside: too little of everything, signals, and readers that go away.
@Suite("A process in need", .serialized) struct FaultTests {
  /// Runs a shell script, whose first argument is the program and whose second is an empty folder.
  private func shell(_ script: String, _ folder: String) throws -> Finished {
    try Program.run(
      ["-c", script, "sh", Program.path, folder], executable: "/bin/sh")
  }

  @Test(
    "says in one sentence that it lacks address space, and does not hang",
    arguments: [200_000, 300_000])
  func addressSpace(kilobytes: Int) throws {
    try Program.withFolder { folder in
      let finished = try shell(
        "ulimit -v \(kilobytes); exec \"$1\" run tiny --json --artifacts \"$2/artifacts\"", folder)
      #expect(finished.status == 7 && !finished.wasKilled)
      #expect(finished.error.hasPrefix("replicate: This process may use "))
      #expect(finished.error.split(separator: "\n").count == 1)
      #expect(finished.output.contains("\"status\":\"UNAVAILABLE\""))
    }
  }

  @Test("runs where the address space is enough, without OpenBLAS and its threads")
  func enoughAddressSpace() throws {
    try Program.withFolder { folder in
      let finished = try shell(
        "ulimit -v 600000; exec \"$1\" run tiny --artifacts \"$2/artifacts\"", folder)
      #expect(finished.status == 0, "\(finished.error)")
      let record = try FileManager.default.contentsOfDirectory(
        atPath: "\(folder)/artifacts/records"
      ).first { !$0.hasPrefix(".") }
      let show = try Program.run([
        "show", try #require(record), "--json", "--artifacts", "\(folder)/artifacts",
      ])
      #expect(show.output.contains("\"openblas\":\"not used\""))
    }
  }

  @Test("finishes though nobody reads what it says, or can")
  func readers() throws {
    try Program.withFolder { folder in
      let scripts = [
        "{ \"$1\" run tiny --artifacts \"$2/a\"; echo $? >\"$2/a.rc\"; } 2>&1 | head -n 1",
        "\"$1\" run tiny --artifacts \"$2/c\" >&- 2>&- <&-; echo $? >\"$2/c.rc\"",
        "{ \"$1\" log --artifacts \"$2/a\"; echo $? >\"$2/d.rc\"; } | true",
      ]
      for script in scripts { _ = try shell(script, folder) }
      func status(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(name).rc", encoding: .utf8)
      }
      #expect(try status("a") == "0\n" && status("d") == "0\n")
      // The run is sealed, and what it came to could not be told.
      #expect(try status("c") == "5\n")
      for name in ["a", "c"] {
        let record = try Program.run(["gc", "--verify", "--artifacts", "\(folder)/\(name)"])
        #expect(record.status == 0 && record.output.contains("and 1 sealed record"))
      }
    }
  }

  @Test("ends with 130 after one signal though it only waits")
  func signals() throws {
    try Program.withFolder { folder in
      // The first stops in the middle of a training that the second needs.
      let script = """
        cp -rL manifests "$2/m" && rm -f "$2/m/tiny.lock.json"
        sed 's/^name: tiny$/name: other/' "$2/m/tiny.yaml" >"$2/m/other.yaml"
        "$1" run "$2/m/tiny.yaml" --artifacts "$2/a" >/dev/null 2>"$2/first" & first=$!
        until grep -q 'step 2/' "$2/first"; do sleep 0.01; done
        kill -STOP $first
        for signal in TERM HUP INT; do
          # A shell's own child would ignore the signal of Ctrl-C.
          env --default-signal=INT "$1" run "$2/m/other.yaml" --json --artifacts "$2/a" >>"$2/out" 2>"$2/second-$signal" &
          second=$!
          until grep -q 'waiting for its result' "$2/second-$signal"; do sleep 0.01; done
          kill -$signal $second; wait $second; echo "$signal $?"
          grep '^replicate:' "$2/second-$signal"
        done
        kill -CONT $first; wait $first; echo "first $?"
        "$1" run "$2/m/other.yaml" --artifacts "$2/a" >/dev/null 2>&1; echo "again $?"
        """
      let finished = try shell(script, folder)
      let sentence = "replicate: Interrupted; the same command goes on where this one stopped."
      let ends = ["TERM", "HUP", "INT"].map { "\($0) 130\n\(sentence)\n" }
      #expect(finished.output == ends.joined() + "first 0\nagain 0\n", "\(finished.error)")
      let json = try String(contentsOfFile: "\(folder)/out", encoding: .utf8)
      let lines = json.split(separator: "\n")
      #expect(lines.count == 3 && lines.allSatisfy { $0.contains("\"status\":\"INTERRUPTED\"") })
    }
  }

  @Test("takes the program that downloads for it along when it is ended")
  func downloads() throws {
    try Program.withFolder { folder in
      let script = """
        mkdir "$2/bin"
        printf '#!/bin/sh\\necho $$ >"%s/pid"\\nexec sleep 1000\\n' "$2" >"$2/bin/python3"
        chmod +x "$2/bin/python3"
        PATH="$2/bin:$PATH" "$1" run smollm2-135m-math --artifacts "$2/a" >/dev/null 2>"$2/err" & run=$!
        until [ -s "$2/pid" ]; do sleep 0.01; done
        kill -TERM $run; wait $run; echo "ended $?"
        kill -0 "$(cat "$2/pid")" 2>/dev/null && echo "left a child"
        grep '^replicate:' "$2/err"
        """
      let finished = try shell(script, folder)
      #expect(
        finished.output
          == "ended 130\nreplicate: Interrupted; the same command goes on where this one stopped.\n"
      )
    }
  }
}
