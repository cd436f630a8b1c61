/// The engines that a manifest may ask for, by the names that manifests and records have for them.
package enum EngineName: String, CaseIterable, Sendable {
  /// This program's own code, on the CPU.
  case native
}
