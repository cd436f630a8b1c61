import Assets
import Files
import Foundation
import Manifests
import Provenance
import Tensors

// Each check turns what was found into a line of the report.

extension Examination {
  typealias Check = DoctorReport.Check

  /// Version, commit and digest of the program.
  static func program(code: GitState, digest: Digest?) -> Check {
    let origin =
      switch code {
      case .noRepository: "built outside a repository"
      case .unreadable(let reason): "built in a repository that could not be read (\(reason))"
      case .repository(let state):
        (state.commit.map { "commit \($0.prefix(12))" } ?? "no commit yet")
          + (state.isDirty
            ? " with \(English.count(state.changedFileCount + state.untrackedCount, "changed file"))"
            : "")
      }
    let file = digest.map { "SHA-256 \($0.hex.prefix(16))" } ?? "unreadable"
    return .fine("program", "replicate \(Version.text), \(origin), \(file)")
  }

  /// Distribution, kernel and architecture.
  static func system(_ environment: RunEnvironment) -> Check {
    let distribution = environment.operatingSystem.map { "\($0), " } ?? ""
    return .fine("system", "\(distribution)\(environment.kernel), \(environment.architecture)")
  }

  /// The processor and how much of it this process may use.
  static func processor(_ environment: RunEnvironment) -> Check {
    let usable = environment.usableProcessorCount ?? environment.processorCount
    return .fine(
      "processor",
      "\(environment.processor ?? "unknown"), \(usable) of \(environment.processorCount) processors usable"
    )
  }

  /// The instruction set that runs compute with, and why; `wanted` is what the environment variable names.
  static func instructionSet(
    selected: InstructionSet, available: [InstructionSet], wanted: String?
  ) -> Check {
    let name = "instructions"
    let list = available.map(\.rawValue).joined(separator: ", ")
    guard let wanted else {
      return .fine(name, "\(selected.rawValue), the best of this CPU's \(list)")
    }
    let variable = "\(InstructionSet.variableName)=\(wanted)"
    guard wanted != selected.rawValue else {
      return .fine(name, "\(selected.rawValue), because of \(variable); this CPU has \(list)")
    }
    return Check(
      name: name, status: .warning,
      found: "\(selected.rawValue), although \(variable); this CPU has \(list)",
      advice: InstructionSet(rawValue: wanted) == nil
        ? "Set \(InstructionSet.variableName) to one of \(list), or not at all."
        : "Unset \(InstructionSet.variableName), because this CPU lacks \(wanted).")
  }

  /// Physical memory.
  static func memory(_ environment: RunEnvironment) -> Check {
    .fine("memory", gigabytes(environment.memoryByteCount))
  }

  /// The versions of the libraries.
  static func libraries(_ environment: RunEnvironment) -> [Check] {
    environment.libraries.sorted { $0.key < $1.key }.map { .fine($0.key, $0.value) }
  }

  /// Whether files can be written where artifacts go.
  static func artifacts(_ folder: String) -> Check {
    let existing = existingFolder(of: folder)
    let found = existing == folder ? folder : "\(folder), to be created"
    var status = stat()
    let isFolder = stat(existing, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    if isFolder, access(existing, W_OK | X_OK) == 0 { return .fine("artifacts", found) }
    return Check(
      name: "artifacts", status: .failed,
      found: "\(existing) \(isFolder ? "cannot be written to" : "is not a folder")",
      advice:
        "Choose another folder with --artifacts, or make \(existing) a folder that you may write to."
    )
  }

  /// Free space where artifacts go.
  static func disk(_ folder: String) -> Check {
    let existing = existingFolder(of: folder)
    var status = statvfs()
    guard statvfs(existing, &status) == 0 else {
      return Check(
        name: "disk", status: .warning,
        found: "the free space of \(existing) is unknown: \(String(cString: strerror(errno)))",
        advice: "Make sure that there is space for downloads and records.")
    }
    let (blocks, overflow) = Int(clamping: status.f_bavail)
      .multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
    return disk(freeBytes: overflow ? .max : blocks, folder: existing)
  }

  /// Judges free space: the larger manifests download, keep and write about two gigabytes.
  static func disk(freeBytes: Int, folder: String) -> Check {
    let found = "\(gigabytes(freeBytes)) free in \(folder)"
    guard freeBytes < 2_000_000_000 else { return .fine("disk", found) }
    return Check(
      name: "disk", status: freeBytes < 10_000_000 ? .failed : .warning, found: found,
      advice: "Make space, or choose a folder on another disk with --artifacts.")
  }

  /// A program that downloads are made with; `needs` says what for.
  static func downloader(
    _ name: String, _ answer: Result<String, AssetError>, needs: String, package: String
  ) -> Check {
    switch answer {
    case .success(let line):
      // What stands in parentheses are the platform and libraries that curl, or the Python that pip, was built with.
      .fine(name, line.components(separatedBy: " (")[0])
    case .failure(let error):
      Check(
        name: name, status: .warning, found: error.message,
        advice:
          "\(needs) cannot be downloaded: install \(package), or put the files into a folder and name it with --mirror."
      )
    }
  }

  /// The engines that were installed, whole or in part.
  static func engines(_ artifacts: String) -> [Check] {
    Manifest.Axolotl.Version.allCases.compactMap { version in
      let environment = AxolotlEnvironment(version, in: ArtifactsFolder(artifacts))
      guard access(environment.folder, F_OK) == 0 else { return nil }
      let obstacles = environment.obstacles(isEvaluating: true)
      guard obstacles.isEmpty else {
        return Check(
          name: "engine", status: .warning, found: obstacles.joined(separator: " "),
          advice: "`replicate engine setup axolotl --release \(version.rawValue)` installs it.")
      }
      let packages = [environment.training, environment.evaluation].map {
        AxolotlEnvironment.packages(of: $0) ?? [:]
      }
      return .fine(
        "engine",
        "axolotl \(version.rawValue), torch \(packages[0]["torch"] ?? "unknown"), lm_eval \(packages[1]["lm_eval"] ?? "unknown")"
      )
    }
  }

  /// Whether the self-test with one instruction set gave the known answers.
  static func selfTest(_ result: DoctorReport.SelfTestResult) -> Check {
    let name = "self-test"
    let kind = result.instructionSet.rawValue
    let time = "\(Decimals.fixed(result.seconds * 1000, 0)) ms"
    let (count, failures) = (result.answers.answers.count, result.answers.failures)
    guard !failures.isEmpty else {
      return .fine(
        name, "\(kind): \(count) known answers in \(time), digest \(result.answers.digest)")
    }
    let named = failures.prefix(6).joined(separator: ", ")
    let more = failures.count > 6 ? " and \(failures.count - 6) more" : ""
    return Check(
      name: name, status: .failed,
      found: "\(kind): \(failures.count) of \(count) answers are wrong: \(named)\(more)",
      advice:
        "Do not trust any result from here: CPU, compiler or a library computes wrongly; build the program anew with the compiler that the README names, then try another machine."
    )
  }

  private static func gigabytes(_ bytes: Int) -> String {
    "\(Decimals.fixed(Double(bytes) / 1e9, 1)) GB"
  }

  /// The folder itself, or the nearest one above it that exists.
  private static func existingFolder(of folder: String) -> String {
    var path = folder
    while access(path, F_OK) != 0, path != "/" {
      path = ContainedPath(path).parent.path
    }
    return path
  }
}
