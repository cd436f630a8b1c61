package import Files
import Replication

/// A script that does a run as several jobs, on one machine or under a scheduler, over one artifacts folder.
package struct JobScript: CommandOutcome {
  /// Where the jobs go.
  package enum Scheduler: String, Sendable, CaseIterable {
    /// One after the other; lines may be given to machines as one likes.
    case shell
    /// Slurm: all at once, and the run when they have succeeded. Arguments of the script are options of `sbatch`.
    case slurm
  }

  private let lines: [String]
  private let jobs: [String]

  /// Writes the script.
  ///
  /// - Parameters:
  ///   - name: The replication's name.
  ///   - jobs: Its jobs, as `run --only` takes them.
  ///   - arguments: The command of the whole run, word by word.
  ///   - scheduler: Where the jobs go.
  package init(name: String, jobs: [String], arguments: [String], scheduler: Scheduler) {
    self.jobs = jobs
    let command = arguments.map(Self.quoted).joined(separator: " ")
    switch scheduler {
    case .shell:
      lines =
        [
          "#!/bin/sh",
          "# \(name) as \(English.count(jobs.count, "job")), in any order, on any machines that share the artifacts folder;",
          "# the last line finds them done and seals the record.", "set -eu",
        ] + jobs.map { "\(command) --only \(Self.quoted($0))" } + [command]
    case .slurm:
      lines = [
        "#!/bin/sh",
        "# \(name) as \(English.count(jobs.count, "job")) of Slurm; arguments of this script go to sbatch, as --time=24:00:00.",
        "set -eu", "ids=",
        "for job in \(jobs.map(Self.quoted).joined(separator: " ")); do",
        "  id=$(sbatch --parsable --job-name=\(Self.quoted(name)) \"$@\" --wrap=\(Self.quoted(command + " --only "))\"$job\")",
        "  ids=\"$ids:${id%%;*}\"", "done",
        "sbatch --dependency=\"afterok$ids\" --job-name=\(Self.quoted(name)) \"$@\" --wrap=\(Self.quoted(command))",
      ]
    }
  }

  package var text: ReportText { ReportText(lines) }

  package var json: JSON {
    [
      "schema": "replicate/job-script/v1", "exit_code": JSON(Int(exitCode)),
      "jobs": .array(jobs.map(JSON.string)),
      "script": .string(lines.map { $0 + "\n" }.joined()),
    ]
  }

  /// A word as a shell reads it back.
  static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
          || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
          || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-_./:=,".utf8.contains(byte)
      }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
