/// The arithmetic of matrix products: what decides their bits besides the operands.
package enum Numerics: String, Sendable, CaseIterable {
  /// Products of our own, whose bits are the same on every CPU.
  case portable
  /// The same, but products of bfloat16 operands add up as the tiles of Intel's AMX add them, which computes them where
  /// there is one. Their bits are the same on every CPU, too, and other than those of ``portable``.
  case amx
  /// OpenBLAS, whose bits depend on its version and on the CPU: an independent check, and a yardstick of speed.
  case openblas

  /// What a record says of it: everything that the bits depend on besides the program.
  package var identity: String {
    switch self {
    case .portable: "fp32, portable"
    case .amx: "fp32, portable, products of bfloat16 as AMX adds them up"
    case .openblas: "fp32, \(Self.openBLASVersion)"
    }
  }

  /// Whether its products are our own, whose bits depend on nothing but the operands.
  package var isPortable: Bool { self != .openblas }

  /// Whether this machine has what computes it; products of what it lacks end the program.
  package var isAvailable: Bool { isPortable || OpenBLAS.shared != nil }

  /// OpenBLAS's version and the processor type that it chose its kernels for.
  package static var openBLASVersion: String { OpenBLAS.shared?.version ?? "not installed" }
}
