package import Files
package import Provenance
package import Tensors

/// What `replicate doctor` found out; text, JSON and exit code are made from this one value.
package struct DoctorReport: Sendable, Equatable {
  /// One thing that was looked at.
  package struct Check: Sendable, Equatable {
    /// How it stands.
    package enum Status: String, Sendable {
      /// As it should be.
      case fine
      /// Some runs will not work, or not well.
      case warning
      /// No run can be trusted, or none can be made.
      case failed
    }

    /// What was looked at, in a word or two.
    package let name: String
    /// How it stands.
    package let status: Status
    /// What was found.
    package let found: String
    /// What to do, in a sentence; nil if nothing has to be done.
    package let advice: String?

    /// Something that is as it should be.
    static func fine(_ name: String, _ found: String) -> Check {
      Check(name: name, status: .fine, found: found, advice: nil)
    }
  }

  /// The self-test with one instruction set.
  package struct SelfTestResult: Sendable, Equatable {
    /// The instruction set.
    package let instructionSet: InstructionSet
    /// What the tests gave.
    package let answers: SelfTest
    /// How long they took, in seconds.
    package let seconds: Double
  }

  /// Everything that was looked at, in the order of the report.
  package let checks: [Check]
  /// The machine and the libraries.
  package let environment: RunEnvironment
  /// The repository that the program lies in.
  package let code: GitState
  /// SHA-256 of the program file; nil if it cannot be read.
  package let programDigest: Digest?
  /// The instruction set that runs compute with.
  package let selected: InstructionSet
  /// The self-test with each instruction set of this CPU.
  package let selfTests: [SelfTestResult]

  /// The exit code of a command that ends with this report: 7 if runs cannot be made or trusted here.
  package var exitCode: Int32 {
    checks.contains { $0.status == .failed } ? ExitStatus.unavailable : ExitStatus.success
  }
}
