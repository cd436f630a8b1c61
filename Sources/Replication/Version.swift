/// The version of this program.
package enum Version {
  /// As semantic versioning writes it.
  package static let text = "0.1.0"
}
