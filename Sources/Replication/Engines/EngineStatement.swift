import Files

/// What an engine states of itself: everything besides its inputs that its results may depend on.
struct EngineStatement: Sendable, Equatable {
  /// The name that manifests and records have for it.
  let name: String
  /// Digest of the program that computes: another build may compute other bits.
  let program: Digest
  /// The arithmetic that it computes with.
  let numerics: String
}
