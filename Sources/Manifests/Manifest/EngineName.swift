/// The engines that a manifest may ask for, by the names that manifests and records have for them.
package enum EngineName: String, CaseIterable, Sendable {
  /// This program's own code, on the CPU.
  case native
  /// Axolotl, which trains, and lm-evaluation-harness, which asks, each in an environment of its own.
  case axolotl

  /// Whether an override is about the engine alone: what is computed, and judged, stays the same.
  package static func isChosen(by override: String) -> Bool {
    override.hasPrefix("engine=") || override.hasPrefix("axolotl.")
  }
}
