import Foundation
import Subprocess

/// A program that is run to its end while its output is taken piece by piece.
struct ChildProcess: Sendable {
  /// How a program ended.
  struct Outcome: Sendable, Equatable {
    /// Exit status, or 128 plus the number of the signal that ended it.
    let status: Int32
    /// What it wrote to standard error; malformed UTF-8 is repaired.
    let errorText: String
  }

  /// Name of the program, looked up in PATH.
  let program: String
  /// Arguments after the program's name.
  let arguments: [String]
  /// Variables that are set besides the inherited ones.
  let environment: [String: String]

  /// Runs the program and hands its standard output to `body`.
  ///
  /// If `body` throws or the task is cancelled, the program is ended, politely first.
  ///
  /// - Throws: ``AssetError`` `downloadFailed` if it cannot be started; what `body` throws.
  func run(_ body: (UnsafeRawBufferPointer) throws -> Void) async throws -> Outcome {
    var options = PlatformOptions()
    options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(2))]
    do {
      let result = try await Subprocess.run(
        .name(program), arguments: Arguments(arguments),
        environment: .inherit.updating(variables), platformOptions: options,
        input: .none, output: .sequence, error: .bytes(limit: 1 << 24)
      ) { execution in
        for try await piece in execution.standardOutput {
          try piece.withUnsafeBytes(body)
        }
      }
      let status =
        switch result.terminationStatus {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
      return Outcome(
        status: status, errorText: String(decoding: result.standardError, as: UTF8.self))
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw AssetError(
        code: .downloadFailed,
        message:
          "The program \(program), which downloads are made with, was not found; install it, or put the files into a mirror folder."
      )
    } catch let error as SubprocessError {
      throw AssetError(
        code: .downloadFailed, message: "The program \(program) could not be run: \(error).")
    }
  }

  private var variables: [Environment.Key: String?] {
    var result: [Environment.Key: String?] = [:]
    for (name, value) in environment {
      if let key = Environment.Key(rawValue: name) { result[key] = value }
    }
    return result
  }
}
