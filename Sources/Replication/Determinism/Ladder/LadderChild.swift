import Assets
import Files
import Foundation
import Subprocess
import SystemPackage
import Tensors

/// Runs this program again, as another process would compute.
struct LadderChild: Sendable {
  /// Absolute path of the program.
  let program: String
  /// Absolute path of the manifest, and how it is executed.
  let manifestPath: String
  let options: RunOptions

  /// How a process ended.
  enum End: Sendable, Equatable {
    case finished
    /// By SIGKILL, which nothing can catch.
    case killed
  }

  /// Executes the manifest as `request` says, with the kernels of `instructionSet` if one is given.
  func trace(
    _ request: TraceRequest, instructionSet: String? = nil, folder: String
  ) async throws -> TraceResponse {
    let file = "\(folder)/trace"
    let end = try await run(
      ["determinism-trace", try Self.argument(request), "--output", file],
      artifacts: options.artifacts, instructionSet: instructionSet)
    guard end == .finished else {
      throw DeterminismError(.child, "A process that was to leave a trace was killed (SIGKILL).")
    }
    let bytes = try OpenFile.contents(of: file)
    unlink(file)
    let response = try TraceResponse(bytes, source: file)
    try Self.check(
      response, threads: request.threads,
      instructionSet: instructionSet ?? InstructionSet.selected.rawValue)
    return response
  }

  /// Throws ``DeterminismError`` `child` if a process did not compute as it was told to.
  static func check(
    _ response: TraceResponse, threads: Int, instructionSet: String
  ) throws(DeterminismError) {
    guard response.threads == threads, response.instructionSet == instructionSet else {
      throw DeterminismError(
        .child,
        "A process of the ladder computed with \(response.instructionSet) and \(response.threads) threads, although \(instructionSet) and \(threads) threads were wanted."
      )
    }
  }

  /// Runs the manifest as `replicate run` does, in an artifacts folder of its own, until it ends or kills itself.
  func run(_ request: KillableRun.Request, artifacts: String) async throws -> End {
    try await run(
      ["determinism-run", try Self.argument(request)], artifacts: artifacts, instructionSet: nil)
  }

  /// A request as one argument.
  private static func argument(_ request: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
  }

  private func run(
    _ verb: [String], artifacts: String, instructionSet: String?
  ) async throws -> End {
    var arguments = [verb[0], manifestPath] + verb.dropFirst()
    arguments += ["--artifacts", artifacts, "--threads", "\(options.threads)", "--offline"]
    for folder in options.mirrorFolders { arguments += ["--mirror", folder] }
    for copy in options.localCopies { arguments += ["--asset", "\(copy.asset)=\(copy.path)"] }
    var environment = Environment.inherit
    if let instructionSet, let key = Environment.Key(rawValue: InstructionSet.variableName) {
      environment = environment.updating([key: instructionSet])
    }
    // Ctrl-C is for this process alone, which then ends and takes the child with it.
    var platform = PlatformOptions()
    platform.processGroupID = 0
    let result: ExecutionResult<Void, DiscardedOutput, BytesOutput>
    do {
      // Nothing is ever written; the child ends when this process, whatever ends it, closes the pipe.
      let pipe = try FileDescriptor.pipe()
      defer { try? pipe.writeEnd.close() }
      result = try await Subprocess.run(
        .path(FilePath(program)), arguments: Arguments(arguments), environment: environment,
        platformOptions: platform,
        input: .fileDescriptor(pipe.readEnd, closeAfterSpawningProcess: true), output: .discarded,
        error: .bytes(limit: 1 << 20))
    } catch {
      throw DeterminismError(.child, "The program \(program) could not be started: \(error).")
    }
    // It was ended because this process is to end.
    try Task.checkCancellation()
    switch result.terminationStatus {
    case .exited(0): return .finished
    case .signaled(SIGKILL): return .killed
    case .exited(let code): throw failure("ended with \(code)", result.standardError)
    case .signaled(let signal): throw failure("was ended by signal \(signal)", result.standardError)
    }
  }

  private func failure(_ end: String, _ standardError: [UInt8]) -> DeterminismError {
    let lines = String(decoding: standardError, as: UTF8.self).split(separator: "\n")
    let last = lines.last.map { ": \($0)" } ?? "."
    return DeterminismError(.child, "A process of the ladder \(end)\(last)")
  }
}
