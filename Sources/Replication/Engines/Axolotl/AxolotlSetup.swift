import Files
import Foundation
import Manifests

/// Installs Axolotl and lm-evaluation-harness from hashed requirements, each into a virtual environment of its own.
package struct AxolotlSetup: Sendable {
  private let environment: AxolotlEnvironment
  private let isForCUDA: Bool

  /// Prepares an installation for CPUs, or for GPUs with CUDA, whose packages work on CPUs too.
  package init(_ environment: AxolotlEnvironment, isForCUDA: Bool) {
    (self.environment, self.isForCUDA) = (environment, isForCUDA)
  }

  /// What training and evaluation need; the first line names the Python.
  private var requirements: (training: [UInt8], evaluation: [UInt8]) {
    switch (environment.version, isForCUDA) {
    case (.v019, false):
      (PackageResources.axolotl_019_cpu_txt, PackageResources.evaluation_cpu_txt)
    case (.v021, false):
      (PackageResources.axolotl_021_cpu_txt, PackageResources.evaluation_cpu_txt)
    case (.v019, true):
      (PackageResources.axolotl_019_cuda_txt, PackageResources.evaluation_311_cuda_txt)
    case (.v021, true):
      (PackageResources.axolotl_021_cuda_txt, PackageResources.evaluation_312_cuda_txt)
    }
  }

  /// Installs what is missing, and tells `note` of what is done; an interruption ends it, also in its programs.
  ///
  /// - Throws: ``EngineError`` with the last lines of what went wrong; the same command begins anew.
  package func run(_ interruption: Interruption, note: (String) -> Void) throws {
    let keys = environment.keysFile
    let places = [environment.training, environment.evaluation]
    if try isForCUDA && places.contains(where: isForCPUs) {
      throw EngineError(
        .engineFailed,
        "What is installed in \(environment.folder) is for CPUs only: remove that folder, and the same command installs it for CUDA."
      )
    }
    guard !environment.obstacles(isEvaluating: true).isEmpty else { return }
    try keys.remove()
    try keys.parent.createFolder()
    try install(requirements.training, to: environment.training, interruption, note)
    try install(requirements.evaluation, to: environment.evaluation, interruption, note)
    note("asking Axolotl for the settings that it has")
    let schema = keys.parent.appending("schema.json")
    try schema.remove()
    try run(
      ["\(environment.training)/bin/axolotl", "config-schema", "--format", "json"], log: schema,
      interruption)
    try AtomicFile.write(try Self.keys(of: schema), to: keys)
  }

  /// Whether the environment in a folder was installed from a list for CPUs.
  private func isForCPUs(_ folder: String) throws -> Bool {
    let installed = Self.installed(ContainedPath(folder))
    guard try FileStatus(at: installed) != nil else { return false }
    return String(decoding: try OpenFile.contents(of: installed), as: UTF8.self).contains("+cpu ")
  }

  /// What an environment was installed from, once it is whole.
  private static func installed(_ place: ContainedPath) -> ContainedPath {
    place.parent.appending("\(place.name).installed")
  }

  /// The names of the settings in what `axolotl config-schema` printed, behind a banner.
  private static func keys(of schema: ContainedPath) throws -> [UInt8] {
    let bytes = try OpenFile.contents(of: schema)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard let first = lines.firstIndex(where: { $0.elementsEqual("{".utf8) }),
      let last = lines.lastIndex(where: { $0.elementsEqual("}".utf8) }), first < last
    else {
      throw EngineError(
        .engineFailed, "Axolotl printed no schema of its settings: \(LogTail(of: schema).sentence)")
    }
    let text = Array(lines[first...last].joined(separator: [UInt8(ascii: "\n")]))
    let json = JSONField(try JSONParser.parse(text, source: schema.path), source: schema.path)
    let names = try json["properties"].members().map(\.key).sorted()
    return try CanonicalJSON.encode(.array(names.map(JSON.string)))
  }

  private func install(
    _ requirements: [UInt8], to folder: String, _ interruption: Interruption,
    _ note: (String) -> Void
  ) throws {
    let place = ContainedPath(folder)
    let list = place.parent.appending("\(place.name).txt")
    let log = place.parent.appending("\(place.name).log")
    let installed = Self.installed(place)
    let isLink = try FileStatus(at: place)?.kind == .link
    guard try !isLink && FileStatus(at: installed) == nil else { return }
    try place.remove()
    try log.remove()
    try AtomicFile.write(requirements, to: list)
    let first = String(decoding: requirements.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    let python = "python\(first.split(separator: " ").last ?? "3")"
    note("installing \(place.name) with \(python) into \(folder); its log is \(log.path)")
    let options = ["--no-deps", "--require-hashes", "-r", list.path]
    if Self.isFound("uv"), Self.isFound(python) {
      try run(["uv", "venv", "--python", python, folder], log: log, interruption)
      try run(
        ["uv", "pip", "install", "--python", "\(folder)/bin/python"] + options, log: log,
        interruption)
    } else {
      try run([python, "-m", "venv", folder], log: log, interruption)
      // Of Axolotl 0.21 only the metadata asks for Python 3.12; on CPUs it was tried with 3.11.
      try run(
        [
          "\(folder)/bin/python", "-m", "pip", "install", "--no-compile",
          "--disable-pip-version-check", "--ignore-requires-python",
        ] + options, log: log, interruption)
    }
    // Written last: it says that the rest is whole.
    try AtomicFile.write(requirements, to: installed)
  }

  private func run(_ command: [String], log: ContainedPath, _ interruption: Interruption) throws {
    guard command[0].contains("/") || Self.isFound(command[0]) else {
      throw EngineError(
        .engineFailed,
        "The program \(command[0]) was not found, which the engine is installed with: install that version of Python, or name another version of Axolotl with --version."
      )
    }
    var program = try BackgroundProgram(
      command, environment: ["AXOLOTL_DO_NOT_TRACK": "1"], in: log.parent.path, log: log.path)
    let status = try program.wait { try interruption.check() }
    guard status == 0 else {
      throw EngineError(
        .engineFailed,
        "`\(command.joined(separator: " "))` ended with \(status). \(LogTail(of: log).sentence) The same command begins anew."
      )
    }
  }

  /// Whether a program of this name is in PATH.
  private static func isFound(_ name: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      access("\($0)/\(name)", X_OK) == 0
    }
  }
}
