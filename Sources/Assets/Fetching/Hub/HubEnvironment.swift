import Files
import Foundation

/// What the environment says about the Hugging Face Hub, under the names that its own programs read.
package struct HubEnvironment: Sendable, Equatable {
  /// The Hub's own server.
  static let standardEndpoint = "https://huggingface.co"

  /// Where a token is.
  private enum TokenPlace: Sendable, Equatable {
    case nowhere
    case here(HubToken)
    case malformed(source: String)
    case file(String)
  }

  private let tokenPlace: TokenPlace
  private let endpointText: String
  /// Whether nothing of the Hub may be asked (`HF_HUB_OFFLINE`).
  package let isOffline: Bool
  /// The folder of the cache of the Hub's own programs (`HF_HUB_CACHE`, else `HF_HOME`); nil without a home.
  package let cacheFolder: String?

  /// Reads the variables of a process, and nothing else; files are read when they are needed.
  package init(_ variables: [String: String]) {
    func value(_ names: String...) -> String? {
      names.lazy.compactMap { variables[$0] }.first { !$0.isEmpty }
    }
    func isTrue(_ names: String...) -> Bool {
      let value = names.lazy.compactMap { variables[$0] }.first { !$0.isEmpty }
      return ["1", "ON", "YES", "TRUE"].contains(value?.uppercased() ?? "")
    }
    func expanded(_ path: String) -> String? {
      guard path == "~" || path.hasPrefix("~/") else { return ContainedPath.absolute(path) }
      return variables["HOME"].map { $0 + path.dropFirst() }
    }
    let caches = value("XDG_CACHE_HOME") ?? "~/.cache"
    let home = expanded(value("HF_HOME") ?? "\(caches)/huggingface")
    cacheFolder =
      value("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE").map(expanded) ?? home.map { "\($0)/hub" }
    isOffline = isTrue("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    let endpoint = value("HF_ENDPOINT") ?? Self.standardEndpoint
    endpointText = String(endpoint.reversed().drop { $0 == "/" }.reversed())
    let file = value("HF_TOKEN_PATH").map(expanded) ?? home.map { "\($0)/token" }
    if isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
      tokenPlace = .nowhere
    } else if let name = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"].first(where: {
      variables[$0]?.contains { !$0.isWhitespace } == true
    }) {
      tokenPlace =
        HubToken(variables[name] ?? "", source: name).map(TokenPlace.here)
        ?? .malformed(source: name)
    } else {
      tokenPlace = file.map(TokenPlace.file) ?? .nowhere
    }
  }

  /// The server that stands for the Hub (`HF_ENDPOINT`).
  ///
  /// - Throws: ``AssetError`` `invalidAsset` if it is no address that a secret may be sent to.
  func endpoint() throws(AssetError) -> AssetAddress {
    guard let address = AssetAddress(endpointText),
      !endpointText.contains(where: { "?#".contains($0) })
    else {
      throw AssetError(
        code: .invalidAsset,
        message:
          "HF_ENDPOINT is '\(endpointText.prefix(200))', which is no https address with a host (http is for loopback addresses only); correct or unset it."
      )
    }
    return address
  }

  /// The token, from `HF_TOKEN`, or from the file that `HF_TOKEN_PATH` names or `hf auth login` wrote; nil if there is
  /// none.
  ///
  /// - Throws: ``AssetError`` `invalidAsset` for what no token can be, which is not repeated; `file` if the file cannot
  ///   be read.
  package func token() throws -> HubToken? {
    switch tokenPlace {
    case .nowhere: return nil
    case .here(let token): return token
    case .malformed(let source): throw malformed(source)
    case .file(let path):
      guard FileManager.default.fileExists(atPath: path) else { return nil }
      let file = try AssetError.wrapping(.file) { try OpenFile.reading(path) }
      let size = try AssetError.wrapping(.file) { try file.byteCount() }
      guard size <= 1 << 16 else { throw malformed(path) }
      let bytes = try AssetError.wrapping(.file) { try file.contents() }
      guard let text = String(validating: bytes, as: UTF8.self) else { throw malformed(path) }
      guard text.contains(where: { !$0.isWhitespace }) else { return nil }
      guard let token = HubToken(text, source: path) else { throw malformed(path) }
      return token
    }
  }

  private func malformed(_ source: String) -> AssetError {
    AssetError(
      code: .invalidAsset,
      message:
        "What \(source) holds can be no token of the Hugging Face Hub, which has letters, digits and '._~+/-' only; log in anew with `hf auth login`, or correct it."
    )
  }
}

/// What downloads from the Hugging Face Hub.
package enum HubDownloader: String, Sendable, CaseIterable {
  /// This program, with the user's curl, over plain HTTPS.
  case curl
  /// The Hub's own program, which has a protocol of its own (Xet).
  case hf
}

/// How the Hub is reached.
package struct HubAccess: Sendable, Equatable {
  /// What the environment says.
  package var environment: HubEnvironment
  /// What downloads.
  package var downloader: HubDownloader

  /// Access as the environment says it.
  package init(
    _ environment: HubEnvironment = HubEnvironment([:]), downloader: HubDownloader = .curl
  ) {
    self.environment = environment
    self.downloader = downloader
  }
}
