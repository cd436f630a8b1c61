import Manifests

/// What was set in place of a manifest's own values, named and shown.
enum OverridesText {
  /// The name of what tells of the engine.
  static let engine = "engine"

  /// The engine, which computes the same elsewhere, and what made the run another one.
  static func rows(_ overrides: [String]) -> [(String, String)] {
    let chosen = overrides.filter(EngineName.isChosen).map { $0.replacing("engine=", with: "") }
    let others = overrides.filter { !EngineName.isChosen(by: $0) }
    return [(engine, chosen), ("scaled down", others)]
      .filter { !$0.1.isEmpty }.map { ($0.0, $0.1.joined(separator: ", ")) }
  }
}
