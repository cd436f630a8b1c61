package import Foundation

/// The checkout that the tests are of: what they read of it beside their own fixtures.
package enum Checkout {
  /// The folder with `Package.swift`, without symbolic links.
  package static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().resolvingSymlinksInPath()

  /// Absolute path of the folder of manifests.
  package static let manifests = folder.appending(path: "manifests").path

  /// The folder of experiments.
  package static let experiments = folder.appending(path: "experiments")
}
