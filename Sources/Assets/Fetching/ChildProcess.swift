import Foundation
import Subprocess
import SystemPackage

/// A program that is run to its end while its output is taken piece by piece.
package struct ChildProcess: Sendable {
  /// How a program ended.
  package struct Outcome: Sendable, Equatable {
    /// Exit status, or 128 plus the number of the signal that ended it.
    package let status: Int32
    /// What it wrote to standard error; malformed UTF-8 is repaired.
    package let errorText: String
  }

  /// The path of the program, or its name, which is then looked up in PATH.
  let program: String
  /// Arguments after the program's name.
  let arguments: [String]
  /// Variables that are set besides the inherited ones, or (nil) not inherited.
  let environment: [String: String?]
  /// The file that it reads as its standard input.
  var input = "/dev/null"
  /// What it reads as its standard input instead, if that is nobody else's business: no file and no argument has it.
  var secretInput: [UInt8]?
  /// What errors say about a program that is not there.
  var absence =
    "which downloads are made with, was not found; install it, or put the files into a mirror folder"

  /// A program with its arguments and the variables that are set, or removed where they are nil.
  package init(
    program: String, arguments: [String], environment: [String: String?],
    input: String = "/dev/null", absence: String? = nil
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.input = input
    if let absence { self.absence = absence }
  }

  /// Runs the program and hands its standard output to `body`.
  ///
  /// If `body` throws or the task is cancelled, the program is ended, politely first.
  ///
  /// - Throws: ``AssetError`` `downloadFailed` if it cannot be started; what `body` throws.
  package func run(_ body: (UnsafeRawBufferPointer) throws -> Void) async throws -> Outcome {
    var options = PlatformOptions()
    options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(2))]
    do {
      let input = try secretInput.map(Self.descriptor) ?? .open(FilePath(input), .readOnly)
      let result = try await Subprocess.run(
        program.contains("/") ? .path(FilePath(program)) : .name(program),
        arguments: Arguments(arguments),
        environment: .inherit.updating(variables), platformOptions: options,
        input: .fileDescriptor(input, closeAfterSpawningProcess: true), output: .sequence,
        error: .bytes(limit: 1 << 24)
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
        message: "The program \(program), \(absence).")
    } catch let error as SubprocessError {
      throw AssetError(
        code: .downloadFailed, message: "The program \(program) could not be run: \(error).")
    }
  }

  /// A descriptor that the bytes are read from, and that no other program inherits.
  ///
  /// A pair of sockets and no pipe: of a pipe, writing to a program that has ended already would end this process.
  private static func descriptor(of bytes: [UInt8]) throws -> FileDescriptor {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw AssetError.system("make", "a pair of sockets")
    }
    // What it holds by then is read all the same.
    defer { close(ends[1]) }
    let sent = send(ends[1], bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    guard sent == bytes.count else {
      close(ends[0])
      throw AssetError.system("write \(bytes.count) bytes to", "a socket")
    }
    return FileDescriptor(rawValue: ends[0])
  }

  private var variables: [Environment.Key: String?] {
    var result: [Environment.Key: String?] = [:]
    for (name, value) in environment {
      if let key = Environment.Key(rawValue: name) { result.updateValue(value, forKey: key) }
    }
    return result
  }
}
