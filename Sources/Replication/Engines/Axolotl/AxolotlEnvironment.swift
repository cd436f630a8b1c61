package import Assets
package import Files
package import Manifests

/// Where a version of Axolotl and lm-evaluation-harness are installed, each in a virtual environment of its own: every
/// Axolotl pins another harness than the one that scores are compared with.
package struct AxolotlEnvironment: Sendable {
  package let version: Manifest.Axolotl.Version
  private let place: ContainedPath

  /// The environments in an artifacts folder, which need not be there.
  package init(_ version: Manifest.Axolotl.Version, in artifacts: ArtifactsFolder) {
    self.version = version
    place = artifacts.engine("axolotl-\(version.rawValue)")
  }

  /// The folder of both.
  package var folder: String { place.path }
  /// The environment that trains.
  package var training: String { folder + "/training" }
  /// The environment that evaluates.
  package var evaluation: String { folder + "/evaluation" }
  /// The keys of the installed version's configuration, as `engine setup` asked for them.
  package var keysFile: ContainedPath { place.appending("keys.json") }

  /// The keys that the installed version's configuration has.
  ///
  /// - Throws: ``FileError`` if they cannot be read.
  func keys() throws -> Set<String> {
    let field = JSONField(
      try JSONParser.parse(try OpenFile.contents(of: keysFile), source: keysFile.path),
      source: keysFile.path)
    return Set(try field.elements().map { try $0.string() })
  }

  /// The packages of an environment and their versions, by their names with underscores; nil if there is no such
  /// environment.
  package static func packages(of environment: String) -> [String: String]? {
    let library = environment + "/lib"
    guard let pythons = try? ContainedPath(root: library).names() else { return nil }
    for python in pythons.sorted() where python.hasPrefix("python3") {
      guard let names = try? ContainedPath(root: "\(library)/\(python)/site-packages").names()
      else { continue }
      var packages = ["python": String(python.dropFirst("python".count))]
      for name in names where name.hasSuffix(".dist-info") {
        let parts = name.dropLast(".dist-info".count).split(separator: "-", maxSplits: 1)
        if parts.count == 2 { packages[parts[0].lowercased()] = String(parts[1]) }
      }
      return packages
    }
    return nil
  }

  /// Why the environments cannot be used, a sentence each; `isEvaluating` says whether both are needed.
  func obstacles(isEvaluating: Bool) -> [String] {
    let remedy = "`replicate engine setup axolotl --release \(version.rawValue)` installs it"
    guard let packages = Self.packages(of: training) else {
      return ["Axolotl \(version.rawValue) is not installed in \(training): \(remedy)."]
    }
    var obstacles: [String] = []
    if packages["axolotl"] != version.rawValue {
      obstacles.append(
        "\(training) has \(packages["axolotl"].map { "Axolotl \($0)" } ?? "no Axolotl") and not \(version.rawValue): remove that folder; \(remedy)."
      )
    }
    for name in ["torch", "transformers", "accelerate"] where packages[name] == nil {
      obstacles.append("\(training) lacks the package \(name): remove that folder; \(remedy).")
    }
    if (try? keys()) == nil {
      obstacles.append(
        "\(keysFile.path), which lists the settings that this Axolotl has, cannot be read: \(remedy)."
      )
    }
    if isEvaluating, Self.packages(of: evaluation)?["lm_eval"] == nil {
      obstacles.append("lm-evaluation-harness is not installed in \(evaluation): \(remedy).")
    }
    return obstacles
  }
}
