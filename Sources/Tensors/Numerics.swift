/// The arithmetic of matrix products: what decides their bits besides the operands.
package enum Numerics: String, Sendable, CaseIterable {
  /// Products of our own, whose bits are the same on every CPU.
  case portable
  /// OpenBLAS, whose bits depend on its version and on the CPU: an independent check, and a yardstick of speed.
  case openblas

  /// What a record says of it: everything that the bits depend on besides the program.
  package var identity: String {
    switch self {
    case .portable: "fp32, portable"
    case .openblas: "fp32, \(Self.openBLASVersion)"
    }
  }

  /// Whether this machine has what computes it; products of what it lacks end the program.
  package var isAvailable: Bool { self == .portable || OpenBLAS.shared != nil }

  /// OpenBLAS's version and the processor type that it chose its kernels for.
  package static var openBLASVersion: String { OpenBLAS.shared?.version ?? "not installed" }
}
