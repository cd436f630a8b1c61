import Assets
import Files
import Manifests

extension ReportText {
  /// What an error says; only those that are known to have several lines have them.
  package init(_ error: any Error, prefix: String = "") {
    let text =
      switch error {
      case let error as ManifestError: error.text
      case let error as AssetError: error.missing?.text ?? ReportText(error.message)
      default: ReportText("\(error)")
      }
    self = text.prefixed(prefix)
  }
}
